/**
 * Decoders of what hides text from a reader or a pattern. Each replaces in place what it can decode and leaves all
 * else as it is; each is linear in the length of its input.
 */

/** Percent encoding, the `%uXXXX` of old web servers, and overlong UTF-8 of ASCII (`%c0%af`). */
export function decodePercent(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/%u[0-9a-f]{4}|(?:%[0-9a-f]{2}){1,1000}/gi, (run) => {
    if (run[1] === 'u' || run[1] === 'U') return String.fromCharCode(Number.parseInt(run.slice(2), 16));
    const bytes = Uint8Array.from(run.slice(1).split('%'), (pair) => Number.parseInt(pair, 16));
    return lenientUtf8(bytes);
  });
}

const utf8 = new TextDecoder('utf-8');

/** UTF-8, but two- and three-byte forms of ASCII characters are read as what they mean to a careless reader. */
function lenientUtf8(bytes: Uint8Array): string {
  const plain: number[] = [];
  for (let i = 0; i < bytes.length; i++) {
    const [a, b, c] = [bytes[i] as number, bytes[i + 1] ?? 0, bytes[i + 2] ?? 0];
    if (a === 0xc0 || a === 0xc1) {
      plain.push(b >= 0x80 ? ((a & 1) << 6) | (b & 0x3f) : b);
      i += 1;
    } else if (a === 0xe0 && b >= 0x80 && b < 0x82 && c >= 0x80) {
      plain.push(((b & 1) << 6) | (c & 0x3f));
      i += 2;
    } else plain.push(a);
  }
  return plain.every((byte) => byte < 0x80) ? String.fromCharCode(...plain) : utf8.decode(Uint8Array.from(plain));
}

const entities: Record<string, string> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  sol: '/',
  bsol: '\\',
  period: '.',
  colon: ':',
  lpar: '(',
  rpar: ')',
  num: '#',
  excl: '!',
  comma: ',',
  semi: ';',
  NewLine: '\n',
  Tab: '\t',
};

/** HTML character references: numbers, and the names that matter in an attack. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z]{2,8}));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return Object.hasOwn(entities, name) ? (entities[name] as string) : whole;
    return characterOf(decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)) ?? whole;
  });
}

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', '"': '"', '/': '/' };

/** Escapes of JSON, JavaScript and the shell's `$'…'`: `\n`, `\"`, `\x41`, `\u0041`, `\u{41}`. */
export function decodeEscapes(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(
    /\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(["/]|[nrt](?![A-Za-z0-9_])))/g,
    (whole, braced, four, two, plain) => {
      if (plain !== undefined) return escapes[plain] ?? whole;
      return characterOf(Number.parseInt(braced ?? four ?? two, 16)) ?? whole;
    },
  );
}

function characterOf(code: number): string | null {
  return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : null;
}

/** A run of base64 (either alphabet) or hexadecimal that may hide text; it begins where no such character stands before. */
export const encodedRun = /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{20,}={0,2}(?![A-Za-z0-9+/=_-])/g;
const longestRun = 1 << 18;

/** The text that a run encodes, or null where it encodes none. Runs of more than 256 KiB are not looked at. */
export function decodeRun(run: string): string | null {
  if (run.length > longestRun) return null;
  const bytes = /^(?:[0-9a-f]{2})+$/i.test(run) ? bytesOfHex(run) : bytesOfBase64(run);
  if (!bytes || bytes.length < 12) return null;
  if (!mostlyPrintable(bytes.subarray(0, 48)) || !mostlyPrintable(bytes)) return null;
  if (bytes.length < 4096 && bytes.every((byte) => byte < 0x80)) return String.fromCharCode(...bytes);
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return null;
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** Replaces runs of base64 and hexadecimal by the text they hide. */
export const decodeRuns = (text: string): string => text.replace(encodedRun, (run) => decodeRun(run) ?? run);

function bytesOfHex(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const sextets = new Int8Array(128).fill(-1);
for (let i = 0; i < 64; i++) sextets[alphabet.charCodeAt(i)] = i;
sextets[45] = 62;
sextets[95] = 63;

/** Null where it is no base64. Stops at padding. Written out because `atob` refuses the URL alphabet and makes a string. */
export function bytesOfBase64(text: string): Uint8Array | null {
  const length = text.indexOf('=') < 0 ? text.length : text.indexOf('=');
  if (length % 4 === 1) return null;
  const bytes = new Uint8Array(Math.floor((length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < length; i++) {
    const value = sextets[text.charCodeAt(i)] ?? -1;
    if (value < 0) return null;
    held = ((held << 6) | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >> bits) & 0xff;
    }
  }
  return bytes;
}

/** At most one byte in ten is a control character, and the others are ASCII or well-formed UTF-8, but for a cut end. */
function mostlyPrintable(bytes: Uint8Array): boolean {
  let odd = 0;
  let following = 0;
  for (const byte of bytes) {
    if (following > 0) {
      if ((byte & 0xc0) !== 0x80) return false;
      following--;
    } else if (byte >= 0x80) {
      following =
        byte >= 0xf0 && byte < 0xf5 ? 3 : byte >= 0xe0 && byte < 0xf0 ? 2 : byte >= 0xc2 && byte < 0xe0 ? 1 : 0;
      if (following === 0) return false;
    } else if ((byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13) || byte === 0x7f) {
      odd++;
    }
  }
  return odd * 10 <= bytes.length;
}
