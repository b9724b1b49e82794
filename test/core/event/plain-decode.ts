import type { DeadLetterReason } from '@/lib/core/event/result';

/**
 * The slow, plain reading of a message: a recursive JSON parser that checks each thing where it meets it.
 * decodeJson must agree with it on everything.
 */
export function plainDecode(bytes: Uint8Array): { value: unknown } | { reason: DeadLetterReason } {
  if (bytes.length > 1 << 20) return { reason: 'too_large' };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { reason: 'not_utf8' };
  }
  try {
    JSON.parse(text);
  } catch {
    return { reason: 'not_json' };
  }
  const found = new Set<DeadLetterReason>();
  let at = 0;
  let members = 0;
  const space = () => {
    while (/[ \t\n\r]/.test(text[at] ?? '')) at++;
  };
  const read = (depth: number): unknown => {
    space();
    const rest = text.slice(at, at + 5);
    if (rest[0] === '"') return string();
    if (rest[0] === '{' || rest[0] === '[') {
      if (depth === 64) found.add('too_deep');
      return rest[0] === '{' ? object(depth + 1) : array(depth + 1);
    }
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      if (rest.startsWith(word)) {
        at += word.length;
        return value;
      }
    }
    const token = /^[-+.eE\d]+/.exec(text.slice(at))?.[0] ?? '';
    at += token.length;
    if (Math.abs(Number(token)) > Number.MAX_SAFE_INTEGER) found.add('unsafe_integer');
    return Number(token);
  };
  const string = (): string => {
    const start = at++;
    while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    const value = JSON.parse(text.slice(start, ++at)) as string;
    if (/\p{Surrogate}/u.test(value)) found.add('lone_surrogate');
    return value;
  };
  const array = (depth: number): unknown[] => {
    const items: unknown[] = [];
    at++;
    for (space(); text[at] !== ']'; space()) {
      items.push(read(depth));
      space();
      if (text[at] === ',') {
        at++;
        members++;
      }
    }
    at++;
    return items;
  };
  const object = (depth: number): unknown => {
    const entries = new Map<string, unknown>();
    at++;
    for (space(); text[at] !== '}'; space()) {
      const name = string();
      space();
      at++;
      members++;
      if (entries.has(name)) found.add('duplicate_key');
      entries.set(name, read(depth));
      space();
      if (text[at] === ',') {
        at++;
        members++;
      }
    }
    at++;
    return Object.fromEntries(entries);
  };
  const value = read(0);
  if (members > 50_000) found.add('too_large');
  for (const reason of ['too_large', 'too_deep', 'unsafe_integer', 'lone_surrogate', 'duplicate_key'] as const) {
    if (found.has(reason)) return { reason };
  }
  return { value };
}
