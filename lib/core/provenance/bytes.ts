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

/** Whether these lower-case hexadecimal digits are just these bytes. */
export function isHexOf(hex: string | undefined, bytes: Uint8Array): boolean {
  if (hex?.length !== bytes.length * 2) return false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (hex.charCodeAt(2 * i) !== digits.charCodeAt(byte >> 4)) return false;
    if (hex.charCodeAt(2 * i + 1) !== digits.charCodeAt(byte & 15)) return false;
  }
  return true;
}

const digits = '0123456789abcdef';

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
  const { length } = text;
  if (length % 4 !== 0) return null;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((length / 4) * 3 - padding);
  const whole = padding > 0 ? length - 4 : length;
  let at = 0;
  // Four digits are three bytes. What is no digit is 64, and so shows in whatever it is joined to.
  for (let i = 0; i < whole; i += 4) {
    const a = sextetAt(text, i);
    const b = sextetAt(text, i + 1);
    const c = sextetAt(text, i + 2);
    const d = sextetAt(text, i + 3);
    if ((a | b | c | d) > 63) return null;
    bytes[at] = (a << 2) | (b >> 4);
    bytes[at + 1] = (b << 4) | (c >> 2);
    bytes[at + 2] = (c << 6) | d;
    at += 3;
  }
  if (padding === 0) return bytes;
  const a = sextetAt(text, whole);
  const b = sextetAt(text, whole + 1);
  const c = padding === 1 ? sextetAt(text, whole + 2) : 0;
  if ((a | b | c) > 63 || (padding === 1 ? c & 3 : b & 15) !== 0) return null;
  bytes[at] = (a << 2) | (b >> 4);
  if (padding === 1) bytes[at + 1] = (b << 4) | (c >> 2);
  return bytes;
}

function sextetAt(text: string, i: number): number {
  const code = text.charCodeAt(i);
  return code < 128 ? (sextets[code] as number) : 64;
}

const urlAlphabet = `${alphabet.slice(0, 62)}-_`;
const urlSextets = new Uint8Array(128).fill(64);
for (let i = 0; i < 64; i++) urlSextets[urlAlphabet.charCodeAt(i)] = i;

/** Two digits for each value of 12 bits: three bytes are two of these. */
const urlPairs = Array.from({ length: 4096 }, (_, bits) => `${urlAlphabet[bits >> 6]}${urlAlphabet[bits & 63]}`);

/** base64url without padding (RFC 7515). */
export function toBase64url(bytes: Uint8Array): string {
  const rest = bytes.length % 3;
  const whole = bytes.length - rest;
  let text = '';
  for (let i = 0; i < whole; i += 3) {
    const group = ((bytes[i] as number) << 16) | ((bytes[i + 1] as number) << 8) | (bytes[i + 2] as number);
    text += (urlPairs[group >> 12] as string) + urlPairs[group & 0xfff];
  }
  if (rest === 1) text += urlPairs[(bytes[whole] as number) << 4];
  if (rest === 2) {
    const group = ((bytes[whole] as number) << 8) | (bytes[whole + 1] as number);
    text += (urlPairs[group >> 4] as string) + urlAlphabet[(group & 15) << 2];
  }
  return text;
}

/** base64url without padding in its one canonical form; null for anything else. */
export function fromBase64url(text: string): Uint8Array | null {
  if (text.length % 4 === 1) return null;
  const bytes = new Uint8Array((text.length * 3) >> 2);
  let buffer = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const sextet = urlSextets[text.charCodeAt(i)] ?? 64;
    if (sextet === 64) return null;
    buffer = ((buffer << 6) | sextet) & 0xffffff;
    const place = i % 4;
    if (place > 0) bytes[at++] = buffer >> (6 - 2 * place);
  }
  const rest = text.length % 4;
  const strayBits = rest === 2 ? buffer & 0xf : rest === 3 ? buffer & 0x3 : 0;
  return strayBits === 0 ? bytes : null;
}
