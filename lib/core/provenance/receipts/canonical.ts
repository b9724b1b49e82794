import type { Json } from '../../event/json';

/** There is no canonical form of this value; the message says why, for a person. */
export class NotCanonical extends Error {
  override name = 'NotCanonical';
}

/** What a format says of canonical JSON beyond sorted names and no white space. */
export interface CanonicalRules {
  /** By Unicode code point, or by UTF-16 unit as RFC 8785 has it. */
  sort: 'code point' | 'unit';
  text(text: string): string;
  name(name: string): string;
  number(value: number): string;
}

const deepest = 64;

/** JSON with sorted names and no white space. Throws NotCanonical. */
export function sortedJson(value: Json, rules: CanonicalRules, depth = 0): string {
  if (depth > deepest) throw new NotCanonical(`it is nested deeper than ${deepest} levels`);
  if (value === null) return 'null';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'number') return rules.number(value);
  if (typeof value === 'string') return JSON.stringify(whole(rules.text(value)));
  if (Array.isArray(value)) return `[${value.map((item) => sortedJson(item, rules, depth + 1)).join(',')}]`;
  const members = Object.keys(value).map((name): [string, string] => [whole(rules.name(name)), name]);
  members.sort(rules.sort === 'unit' ? byUnit : byCodePoint);
  let last: string | null = null;
  const parts: string[] = [];
  for (const [written, name] of members) {
    if (written === last) throw new NotCanonical('two of its names are one in the canonical form');
    last = written;
    parts.push(`${JSON.stringify(written)}:${sortedJson(value[name] as Json, rules, depth + 1)}`);
  }
  return `{${parts.join(',')}}`;
}

const loneSurrogate = /\p{Surrogate}/u;

function whole(text: string): string {
  if (loneSurrogate.test(text)) throw new NotCanonical('it holds half of a surrogate pair');
  return text;
}

const byUnit = ([a]: [string, string], [b]: [string, string]): number => (a < b ? -1 : a > b ? 1 : 0);

/** UTF-16 units have the order of code points but for surrogates, which stand for the code points above all others. */
function byCodePoint([a]: [string, string], [b]: [string, string]): number {
  const end = Math.min(a.length, b.length);
  for (let i = 0; i < end; i++) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (left !== right) return isSurrogate(left) === isSurrogate(right) ? left - right : isSurrogate(left) ? 1 : -1;
  }
  return a.length - b.length;
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;

export const nfc = (text: string): string => text.normalize('NFC');
export const same = (text: string): string => text;
