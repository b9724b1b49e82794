import { kinds, kindsOfAscii } from './characters';

/** Characters that a distinctive value has at least. */
export const leastValue = 12;

/**
 * Where the value that stands from `from` to `to` begins (behind the scheme of a URL, so that a path is the same with and
 * without), or -1 where it is not distinctive: an id, a path and an address are; a time, a media type, zeros and a compound
 * word are not.
 */
export function valueStart(text: string, from: number, to: number): number {
  const scheme = text.indexOf('://', from);
  const start = scheme > 0 && scheme < to ? bareStart(text, scheme + 3, to) : from;
  if (to - start < leastValue) return -1;
  let found = 0;
  let seen = 0;
  for (let i = start; i < to; i++) {
    const code = text.charCodeAt(i);
    found |= code < 128 ? (kindsOfAscii[code] as number) : kinds.letter;
    seen |= 1 << (code & 31);
  }
  const different = bitCount(seen);
  if (different < 6) return -1;
  if ((found & kinds.digit) === 0 && ((found & kinds.path) === 0 || different < 8)) return -1;
  return common.test(text.slice(start, Math.min(to, start + 64))) ? -1 : start;
}

/** Past the slashes that begin a path. */
function bareStart(text: string, from: number, to: number): number {
  let start = from;
  while (start < to && text[start] === '/') start++;
  return start;
}

const common = /^(?:\d{4}-\d\d-\d\d(?:t[\d:.z+-]*)?$|(?:application|audio|font|image|multipart|text|video)\/)/i;

function bitCount(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}
