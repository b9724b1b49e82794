import type { Sha256Hex } from './hash';

/** UUID version 7 (RFC 9562, 5.7). `timeMs`: milliseconds since 1970; `random`: at least 10 random bytes. */
export function uuidV7(timeMs: number, random: Uint8Array): string {
  if (random.length < 10) throw new RangeError('a UUID of version 7 takes 10 random bytes');
  const bytes = new Uint8Array(16);
  for (let i = 5, rest = timeMs; i >= 0; i--, rest = Math.floor(rest / 256)) bytes[i] = rest % 256;
  bytes.set(random.subarray(0, 10), 6);
  return format(hex(bytes), '7');
}

/**
 * The id of an event that came in another format: UUID version 8 (RFC 9562, 5.8), the same for the same parts, so that
 * a message that is delivered twice is one event. `source` holds no U+0000.
 */
export const foreignId = (sha256: Sha256Hex, source: string, origin: string): string =>
  format(sha256(`${source}\0${origin}`), '8');

/** The first 32 digits with version and variant set. */
function format(digits: string, version: '7' | '8'): string {
  const variant = (8 | (Number.parseInt(digits.charAt(16), 16) & 3)).toString(16);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${version}${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
