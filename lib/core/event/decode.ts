import { clip } from './clip';
import { findDuplicateKey } from './duplicate-key';
import type { Json } from './json';
import { ok, type Refusal, type Result, refuse } from './result';
import { type Scan, scanJson } from './scan-json';

export interface Limits {
  bytes: number;
  depth: number;
  members: number;
}

/** Bounds of one message. */
export const limits: Limits = {
  /** 1 MiB. */
  bytes: 1 << 20,
  depth: 64,
  /** Members of objects and items of arrays, all together. */
  members: 50_000,
};

/** Where within the bytes the value of the member `data` stands, if that is an object, and the member `disclosures` with its comma. */
export type CanonicalForm = Pick<Scan, 'dataStart' | 'dataEnd' | 'cutStart' | 'cutEnd'>;

export interface Decoded {
  value: Json;
  /** Where the bytes are the RFC 8785 form of `value`. Null: they are not, or that can't be told cheaply. */
  canonical: CanonicalForm | null;
}

/**
 * Reads one message strictly (RFC 8259 and RFC 7493): whatever two readers could understand differently is refused.
 * `bytes`: JSON in UTF-8, without a byte order mark, decompressed.
 * Refuses `too_large`, `not_utf8`, `too_deep`, `unsafe_integer`, `lone_surrogate`, `not_json`, `duplicate_key`.
 */
export function decodeJson(bytes: Uint8Array, bounds = limits): Result<Decoded> {
  if (bytes.length > bounds.bytes) {
    return refuse('too_large', `The message has ${bytes.length} bytes; send at most ${bounds.bytes}.`);
  }
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return refuse('not_utf8', `The message is not UTF-8 (it begins with ${hexOf(bytes)}); send JSON in UTF-8.`);
  }
  const scan = scanJson(bytes, bounds);
  if (scan.problem) return { ok: false, refusal: refusalOf[scan.problem](scan.at, bounds) };
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse('not_json', `The message is not JSON (it begins with ${hexOf(bytes)}); send one JSON value.`);
  }
  // Keys in strictly rising order can't repeat. Otherwise JSON.parse has kept one of several, so the count tells.
  if (!scan.canonical && countMembers(value) !== scan.members) {
    const key = findDuplicateKey(text) ?? '';
    return refuse('duplicate_key', `The name ${shortQuote(key)} stands twice in one object; send each name once.`);
  }
  return ok({ value, canonical: scan.canonical ? scan : null });
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const refusalOf = {
  too_large: (at: number, bounds: Limits): Refusal => ({
    reason: 'too_large',
    detail: `More than ${bounds.members} members and items by byte ${at}; send fewer in one message.`,
  }),
  too_deep: (at: number, bounds: Limits): Refusal => ({
    reason: 'too_deep',
    detail: `Nested deeper than ${bounds.depth} levels at byte ${at}; send a flatter message.`,
  }),
  unsafe_integer: (at: number): Refusal => ({
    reason: 'unsafe_integer',
    detail: `The number at byte ${at} is beyond 2^53-1, where readers disagree; send it as a string.`,
  }),
  lone_surrogate: (at: number): Refusal => ({
    reason: 'lone_surrogate',
    detail: `The escape at byte ${at} is half of a surrogate pair, which is no character; send whole characters.`,
  }),
};

/** All own members of all objects. */
function countMembers(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) {
    let count = 0;
    for (const item of value) if (typeof item === 'object') count += countMembers(item);
    return count;
  }
  const keys = Object.keys(value);
  let count = keys.length;
  for (const key of keys) {
    const member = value[key] as Json;
    if (typeof member === 'object') count += countMembers(member);
  }
  return count;
}

/** A name from the message, short enough for a person's line. */
export const shortQuote = (name: string): string => JSON.stringify(name.length > 60 ? `${clip(name, 59)}…` : name);

const hexOf = (bytes: Uint8Array): string =>
  bytes.length === 0
    ? 'nothing'
    : `hex ${Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
