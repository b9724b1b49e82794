import { canonicalJson } from '../event/canonical';
import type { AuditEvent } from '../event/envelope';
import { scanJson } from '../event/scan-json';
import { isHexOf } from './bytes';
import { coreMembers, encodeCore } from './core';
import type { Crypto } from './crypto';
import type { LeafRecord } from './leaf';
import type { SignatureVerifier } from './signature';

/** An event as far as signature and chain are about it. */
export type Attributes = Omit<AuditEvent, 'data'>;

/** What the content of an entry shows beside its leaf. Everything is recomputed; nothing throws for bad content. */
export interface ContentFindings {
  /** SHA-256 of the content is the leaf's `event_hash`. */
  hashed: boolean;
  /** Its attributes, without its data; null: the content is not canonical JSON of an event or an audit entry. */
  event: Attributes | null;
  /** RFC 8785 form of the event's protected members; empty without event. */
  core: string;
  /** What the leaf says otherwise than the content. */
  differs: string[];
  data: 'as_signed' | 'changed' | 'unsigned';
  signature: SignatureFinding;
}

export type SignatureFinding =
  /** The producer did not sign. */
  | { state: 'none' }
  | { state: 'valid'; kid: string }
  /** The signature holds, but the log does not name the key: it was not enrolled for the source. */
  | { state: 'not_enrolled' }
  /** No public key is known here. */
  | { state: 'unknown_key'; kid: string }
  | { state: 'bad'; detail: string };

/** The public key of a kid for an entry; undefined where none is known. A string says why the key may not sign for it. */
export type KeyFor = (kid: string, leaf: LeafRecord) => Uint8Array | string | undefined;

/** An event has at most 1 MiB; committed values may make it longer. */
const bounds = { depth: 64, members: 100_000 };

/** Looks at an entry's content: `bytes` in UTF-8. `signatures` remembers batches from one call to the next. */
export function checkContent(
  crypto: Crypto,
  signatures: SignatureVerifier,
  bytes: Uint8Array,
  leaf: LeafRecord,
  keyFor: KeyFor,
): ContentFindings {
  const hashed = isHexOf(leaf.event_hash, crypto.sha256(bytes));
  const read = readEvent(bytes);
  if (!read) return { hashed, event: null, core: '', differs: [], data: 'unsigned', signature: { state: 'none' } };
  const { event, data } = read;
  const core = encodeCore(event);
  const signed = event.sig !== undefined;
  return {
    hashed,
    event,
    core,
    differs: differencesOf(event, leaf),
    data: !signed ? 'unsigned' : isHexOf(event.datahash, crypto.sha256(data)) ? 'as_signed' : 'changed',
    signature: signatureFinding(signatures, event, core, leaf, keyFor),
  };
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The attributes, and the data as it is signed. Where the scanner says where the data stands, its bytes are taken as they are: they are
 * what was hashed, and making objects of them costs more than all the rest.
 */
function readEvent(bytes: Uint8Array): { event: Attributes; data: Uint8Array | string } | null {
  try {
    const { problem, canonical, dataStart, dataEnd } = scanJson(bytes, bounds);
    if (problem) return null;
    const isSplit = canonical && dataEnd > 0;
    const text = isSplit
      ? `${decoder.decode(bytes.subarray(0, dataStart))}null${decoder.decode(bytes.subarray(dataEnd))}`
      : decoder.decode(bytes);
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    if (!canonical && canonicalJson(value) !== text) return null;
    if (!attributesAreStrings(value)) return null;
    const data = isSplit
      ? bytes.subarray(dataStart, dataEnd)
      : canonicalJson((value as { data?: unknown }).data ?? null);
    return { event: value as Attributes, data };
  } catch {
    return null;
  }
}

/** What is compared or signed. Unknown attributes may be of any type. */
const comparedAttributes = [...coreMembers, 'sig', 'sigpath'];

function attributesAreStrings(value: object): boolean {
  const members = value as Record<string, unknown>;
  for (const name of comparedAttributes) {
    const member = members[name];
    if (member !== undefined && typeof member !== 'string') return false;
  }
  return true;
}

function differencesOf(event: Attributes, leaf: LeafRecord): string[] {
  const differs: string[] = [];
  if (event.id !== leaf.id) differs.push('id');
  if (event.source !== undefined && event.source !== leaf.source) differs.push('source');
  if (leaf.epoch !== undefined && event.chainepoch !== leaf.epoch) differs.push('epoch');
  if (leaf.sequence !== undefined && event.sequence !== leaf.sequence) differs.push('sequence');
  if (leaf.kid !== undefined && event.sigkid !== leaf.kid) differs.push('key id');
  return differs;
}

function signatureFinding(
  signatures: SignatureVerifier,
  event: Attributes,
  core: string,
  leaf: LeafRecord,
  keyFor: KeyFor,
): SignatureFinding {
  if (event.sig === undefined) {
    return leaf.kid === undefined
      ? { state: 'none' }
      : { state: 'bad', detail: 'the log says that the event was signed, but it has no signature' };
  }
  const kid = String(event.sigkid).slice(0, 128);
  const key = keyFor(kid, leaf);
  if (key === undefined) return { state: 'unknown_key', kid };
  if (typeof key === 'string') return { state: 'bad', detail: key };
  const check = signatures.verify(event, key, core);
  if (!check.ok) return { state: 'bad', detail: check.detail };
  return leaf.kid === undefined ? { state: 'not_enrolled' } : { state: 'valid', kid };
}
