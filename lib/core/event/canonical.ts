import { remember } from '../text/remember';

/**
 * RFC 8785 canonical JSON. Members that are undefined are left out, as in JSON.stringify.
 * Throws TypeError for what has no such form: a number that is not finite, half of a surrogate pair, a function, a bigint.
 * Written out because it runs for each event that came in another form, and is several times as fast as the npm
 * package `canonicalize`, which the tests hold it against.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return canonicalString(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError('a number that is not finite has no canonical JSON');
      return String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? canonicalArray(value) : canonicalObject(value as Record<string, unknown>);
    default:
      throw new TypeError(`a ${typeof value} has no canonical JSON`);
  }
}

function canonicalArray(items: unknown[]): string {
  let text = '[';
  for (let i = 0; i < items.length; i++) {
    if (i > 0) text += ',';
    text += items[i] === undefined ? 'null' : canonicalJson(items[i]);
  }
  return `${text}]`;
}

function canonicalObject(object: Record<string, unknown>): string {
  let text = '';
  for (const name of inOrder(Object.keys(object))) {
    const member = object[name];
    if (member === undefined) continue;
    text += (text === '' ? '{' : ',') + label(name);
    text += typeof member === 'string' ? canonicalString(member) : canonicalJson(member);
  }
  return text === '' ? '{}' : `${text}}`;
}

/** By UTF-16 units. Most objects have few names, and many have them in order already, which insertion sorts fastest. */
function inOrder(names: string[]): string[] {
  if (names.length > 24) return names.sort();
  for (let i = 1; i < names.length; i++) {
    const name = names[i] as string;
    let to = i;
    for (; to > 0 && (names[to - 1] as string) > name; to--) names[to] = names[to - 1] as string;
    names[to] = name;
  }
  return names;
}

const label = remember(2_000, (name) => `${canonicalString(name)}:`);

const plain = /^[ !#-[\]-~]*$/;
const loneSurrogate = /\p{Surrogate}/u;

function canonicalString(text: string): string {
  if (plain.test(text)) return `"${text}"`;
  if (loneSurrogate.test(text)) throw new TypeError('half of a surrogate pair has no canonical JSON');
  return JSON.stringify(text);
}
