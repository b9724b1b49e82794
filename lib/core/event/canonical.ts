/**
 * RFC 8785 canonical JSON. Members that are undefined are left out, as in JSON.stringify.
 * Throws TypeError for what has no such form: a number that is not finite, half of a surrogate pair, a function, a bigint.
 * Written out because it runs for each event that came in another form, and is several times as fast as the npm
 * package `canonicalize`, which the tests hold it against.
 */
export function canonicalJson(value: unknown): string {
  const start = write(value);
  const text = decoder.decode(chunk.subarray(start, at));
  at = start;
  return text;
}

/** The same in UTF-8. A view into memory that it shares with others: who keeps it for long had better copy it. */
export function canonicalBytes(value: unknown): Uint8Array {
  const start = write(value);
  return chunk.subarray(start, at);
}

/** `bytes` without those from `start` up to `end`, in the same memory as canonicalBytes. */
export function bytesWithout(bytes: Uint8Array, start: number, end: number): Uint8Array {
  begin = at;
  room(bytes.length);
  chunk.set(bytes.subarray(0, start), at);
  chunk.set(bytes.subarray(end), at + start);
  at += bytes.length - (end - start);
  return chunk.subarray(begin, at);
}

/** `canonicalJson` of a string: the commonest cases spare the way by bytes. */
export const canonicalString = (text: string): string => (plain.test(text) ? `"${text}"` : canonicalJson(text));

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const chunkSize = 1 << 18;
/** What is written comes one behind the other, in a chunk that is left to its readers when it is full. */
let chunk = new Uint8Array(chunkSize);
/** Where the next byte goes. */
let at = 0;
/** Where the value that is being written begins. */
let begin = 0;

/** Answers where in the chunk the value begins. */
function write(value: unknown): number {
  begin = at;
  try {
    writeValue(value);
  } catch (error) {
    at = begin;
    throw error;
  }
  return begin;
}

function room(bytes: number): void {
  if (at + bytes <= chunk.length) return;
  const written = chunk.subarray(begin, at);
  chunk = new Uint8Array(Math.max(chunkSize, (written.length + bytes) * 2));
  chunk.set(written);
  begin = 0;
  at = written.length;
}

function writeValue(value: unknown): void {
  switch (typeof value) {
    case 'string':
      writeString(value);
      return;
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError('a number that is not finite has no canonical JSON');
      writeAscii(String(value));
      return;
    case 'boolean':
      writeAscii(value ? 'true' : 'false');
      return;
    case 'object':
      if (value === null) writeAscii('null');
      else if (Array.isArray(value)) writeArray(value);
      else writeObject(value as Record<string, unknown>);
      return;
    default:
      throw new TypeError(`a ${typeof value} has no canonical JSON`);
  }
}

function writeArray(items: unknown[]): void {
  room(2);
  chunk[at++] = 0x5b;
  for (let i = 0; i < items.length; i++) {
    if (i > 0) {
      room(1);
      chunk[at++] = 0x2c;
    }
    writeValue(items[i] ?? null);
  }
  room(1);
  chunk[at++] = 0x5d;
}

function writeObject(object: Record<string, unknown>): void {
  const { sorted, labels } = shapeOf(Object.keys(object));
  let separator = 0x7b;
  for (let i = 0; i < sorted.length; i++) {
    const member = object[sorted[i] as string];
    if (member === undefined) continue;
    writeLabel(separator, labels[i] as Uint8Array);
    if (typeof member === 'string') writeString(member);
    else writeValue(member);
    separator = 0x2c;
  }
  room(2);
  if (separator === 0x7b) chunk[at++] = 0x7b;
  chunk[at++] = 0x7d;
}

function writeLabel(separator: number, label: Uint8Array): void {
  const { length } = label;
  room(length + 1);
  const bytes = chunk;
  let to = at;
  bytes[to++] = separator;
  for (let i = 0; i < length; i++) bytes[to++] = label[i] as number;
  at = to;
}

function writeAscii(text: string): void {
  room(text.length);
  for (let i = 0; i < text.length; i++) chunk[at++] = text.charCodeAt(i);
}

const plain = /^[ !#-[\]-~]*$/;
const loneSurrogate = /\p{Surrogate}/u;
/** Up to so many UTF-16 units a string is copied unit by unit. */
const shortString = 200;

function writeString(text: string): void {
  const { length } = text;
  room(length + 2);
  const bytes = chunk;
  let to = at;
  bytes[to++] = 0x22;
  if (length <= shortString) {
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit < 0x20 || unit > 0x7e || unit === 0x22 || unit === 0x5c) {
        writeEscaped(text);
        return;
      }
      bytes[to++] = unit;
    }
  } else if (plain.test(text)) {
    to += encoder.encodeInto(text, bytes.subarray(to)).written;
  } else {
    writeEscaped(text);
    return;
  }
  bytes[to++] = 0x22;
  at = to;
}

function writeEscaped(text: string): void {
  if (loneSurrogate.test(text)) throw new TypeError('half of a surrogate pair has no canonical JSON');
  const quoted = JSON.stringify(text);
  room(quoted.length * 3);
  at += encoder.encodeInto(quoted, chunk.subarray(at)).written;
}

/** The names of an object's members, and how they are written. */
interface Shape {
  /** In the order of the object. */
  names: string[];
  /** By UTF-16 units. */
  sorted: string[];
  /** Each in quotes, with its colon. */
  labels: Uint8Array[];
}

/** Objects with the same names in the same order follow each other: a few of these lists serve nearly all of them. */
const shapes = new Array<Shape | undefined>(1024);
/** Places that a list may have, one behind the other. */
const places = 4;

function shapeOf(names: string[]): Shape {
  let first = names.length;
  for (const name of names) first = (first * 31 + name.length * 7 + name.charCodeAt(name.length >> 1)) & 1023;
  let free = first;
  for (let i = 0; i < places; i++) {
    const slot = (first + i) & 1023;
    const known = shapes[slot];
    if (known === undefined) {
      free = slot;
      break;
    }
    if (sameNames(known.names, names)) return known;
  }
  const sorted = [...names].sort();
  const shape = { names, sorted, labels: sorted.map(labelOf) };
  // Neither many names nor long ones are kept: somebody may have made them up to fill the memory.
  if (names.length <= 64 && names.every((name) => name.length <= 64)) shapes[free] = shape;
  return shape;
}

function sameNames(a: string[], b: string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function labelOf(name: string): Uint8Array {
  if (loneSurrogate.test(name)) throw new TypeError('half of a surrogate pair has no canonical JSON');
  return encoder.encode(`${JSON.stringify(name)}:`);
}
