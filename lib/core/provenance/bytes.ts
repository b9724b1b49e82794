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

/** Standard base64 with padding in its one canonical form; null for anything else. */
export function fromBase64(text: string): Uint8Array | null {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    return null;
  }
  // atob forgives white space, missing padding and stray bits: what encodes to something else was not canonical.
  if (btoa(binary) !== text) return null;
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
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
