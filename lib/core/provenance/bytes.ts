import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js';

/** Lower-case hexadecimal. */
export const toHex: (bytes: Uint8Array) => string = bytesToHex;

/** Throws for what is not an even number of hexadecimal digits. */
export const fromHex: (hex: string) => Uint8Array = hexToBytes;

export const concat: (...parts: Uint8Array[]) => Uint8Array = concatBytes;

const encoder = new TextEncoder();

export const utf8 = (text: string): Uint8Array => encoder.encode(text);

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let i = 0; i < bytes.length; i++) binary += String.fromCharCode(bytes[i] as number);
  return btoa(binary);
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const sextets = new Uint8Array(128).fill(64);
for (let i = 0; i < 64; i++) sextets[alphabet.charCodeAt(i)] = i;

/** Standard base64 with padding in its one canonical form; null for anything else. atob would forgive too much. */
export function fromBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0) return null;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const digits = text.length - padding;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let buffer = 0;
  let at = 0;
  for (let i = 0; i < digits; i++) {
    const sextet = sextets[text.charCodeAt(i)];
    if (sextet === undefined || sextet === 64) return null;
    buffer = ((buffer << 6) | sextet) & 0xffffff;
    // Of each four digits the second, third and fourth complete a byte.
    const place = i % 4;
    if (place > 0) bytes[at++] = buffer >> (6 - 2 * place);
  }
  const strayBits = padding === 2 ? buffer & 0xf : padding === 1 ? buffer & 0x3 : 0;
  return strayBits === 0 ? bytes : null;
}

/** base64url without padding (RFC 7515). */
export const toBase64url = (bytes: Uint8Array): string =>
  toBase64(bytes).replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_');

/** base64url without padding in its one canonical form; null for anything else. */
export function fromBase64url(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return null;
  const padded = text.replaceAll('-', '+').replaceAll('_', '/') + '='.repeat((4 - (text.length % 4)) % 4);
  return fromBase64(padded);
}
