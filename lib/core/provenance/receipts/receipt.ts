import { clip } from '../../event/clip';
import type { Json, JsonObject } from '../../event/json';
import { fromHex } from '../bytes';
import type { Crypto } from '../crypto';
import type { Fact, FactName, FactState } from '../verdict';

/** What receipts need of a cryptographic library beside what Custody's own evidence needs. */
export interface ReceiptCrypto extends Crypto {
  /** ECDSA over P-256 and SHA-256, signature as r and s of 32 bytes each (IEEE P1363). `publicKey`: 65 bytes, 0x04 x y. Never throws. */
  verifyEs256(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

export const keyAlgorithms = ['Ed25519', 'ES256', 'HMAC-SHA256'] as const;
export type KeyAlgorithm = (typeof keyAlgorithms)[number];

/** A key that the reader knows from elsewhere than the receipt. */
export interface ReceiptKey {
  /** As the receipts name it. */
  id: string;
  algorithm: KeyAlgorithm;
  /** Ed25519: 32 bytes; ES256: 65, 0x04 x y; HMAC-SHA256: the secret. */
  key: Uint8Array;
  /** Since when it counts for nothing; RFC 3339. */
  revokedAt?: string | null | undefined;
}

export interface ReceiptContext {
  crypto: ReceiptCrypto;
  keyOf(id: string): ReceiptKey | null;
  /** Hashes that the reader has from elsewhere than the receipts: lower-case hexadecimal. */
  roots: ReadonlySet<string>;
}

/** How one receipt hangs on others. */
export interface ReceiptLink {
  /** The emitter's own id of it. */
  id: string;
  /** Receipts that hang together have the same. */
  stream: string;
  /** What the next one names; null where it can't be made. */
  hash: string | null;
  /** What it names; null: none. */
  previous: string | null;
  /** Where it says which one it is: from 0. */
  sequence: number | null;
  /** It says that the chain begins with it. */
  first: boolean;
  /** It says that the chain ends with it. */
  last: boolean;
}

/** What one receipt shows by itself. */
export interface Inspection {
  link: ReceiptLink;
  /** Id of the key that signed it, as the receipt names it; null where it names none. */
  keyId: string | null;
  algorithm: KeyAlgorithm | null;
  facts: Record<Exclude<FactName, 'complete'>, Fact>;
}

/** One format of receipts: a file here, a line in ./index. Neither function throws, whatever the value. */
export interface ReceiptFormat {
  /** Stored with events; stable. */
  id: string;
  title: string;
  /** Formats of one family are signed with the same keys: the name under which those are enrolled (./registry). */
  family: string;
  /** Cheap. What it answers true to is an object. */
  recognise(value: Json): value is JsonObject;
  inspect(value: JsonObject, context: ReceiptContext): Inspection;
  /** Why `now` can't be the one behind `before`, beyond the hash that it names; null: it can. */
  follows?(before: JsonObject, now: JsonObject): string | null;
  /** Several receipts may have one id. */
  idsRepeat?: boolean;
  /** A receipt that begins a chain may stand behind others of its stream: chains come in segments. */
  segments?: boolean;
  /** How a reader checks it with programs that are not ours: one line. */
  check: string;
}

export const fact = (name: FactName, state: FactState, detail: string, check: string): Fact => ({
  name,
  state,
  detail,
  check,
});

/** A member that is text, else empty. */
export const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** Words of a receipt, short enough for a person's line, and without characters that nobody sees or that turn the line around. */
export const quoted = (text: string): string =>
  JSON.stringify(clip(text, 80)).replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu,
    (one) => `\\u{${(one.codePointAt(0) as number).toString(16)}}`,
  );

/** Bytes of so many hexadecimal digits, lower-case as all emitters write them, so that there is one spelling; null for anything else. */
export function hexBytes(text: string, bytes: number): Uint8Array | null {
  return text.length === bytes * 2 && /^[0-9a-f]*$/.test(text) ? fromHex(text) : null;
}

/** A whole number that counts: not negative, and exact; else null. */
export const countOf = (value: Json | undefined): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;

/** Names beyond those that a format covers: sorted, and not more of them than a line holds. */
export function namesBeyond(object: JsonObject, known: ReadonlySet<string>): string[] {
  return Object.keys(object)
    .filter((name) => !known.has(name))
    .sort()
    .slice(0, 8);
}

export const listed = (names: string[]): string => names.map(quoted).join(', ');
