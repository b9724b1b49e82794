import { canonicalString } from '../event/canonical';
import type { Sha256 } from './crypto';
import { leafHash } from './merkle';

/** What a log says of one event: the data of its leaf. Strings are as in the event; members that the event lacks are left out. */
export interface LeafRecord {
  v: 1;
  id: string;
  source: string;
  epoch?: string | undefined;
  /** 20 digits. */
  sequence?: string | undefined;
  /** SHA-256 of the stored body, hexadecimal. */
  event_hash: string;
  /** RFC 3339 in UTC with milliseconds. */
  recorded_at: string;
  /** Set where the pipeline verified the producer's signature with this key. */
  kid?: string | undefined;
  /** Beside kid: entries of the console's log up to and including the newest key entry known when the event was judged. */
  registry?: number | undefined;
  /** Pseudonym of the person who acts. */
  subject?: string | undefined;
}

/** RFC 8785 form of a leaf record: the bytes that are hashed. Written out, because it runs for each event. */
export function encodeLeaf(leaf: LeafRecord): string {
  const { epoch, sequence, kid, registry, subject } = leaf;
  return `{${epoch === undefined ? '' : `"epoch":${canonicalString(epoch)},`}"event_hash":"${leaf.event_hash}","id":"${leaf.id}",${
    kid === undefined ? '' : `"kid":${canonicalString(kid)},`
  }"recorded_at":"${leaf.recorded_at}",${registry === undefined ? '' : `"registry":${registry},`}${
    sequence === undefined ? '' : `"sequence":"${sequence}",`
  }"source":${canonicalString(leaf.source)},${subject === undefined ? '' : `"subject":${canonicalString(subject)},`}"v":1}`;
}

/** RFC 6962 hash of the record's leaf. */
export const hashLeaf = (sha256: Sha256, leaf: LeafRecord): Uint8Array => leafHash(sha256, encodeLeaf(leaf));

/** How the pseudonym of a person begins, in the actor's column and in a leaf. */
export const personPrefix = 'person:';

/** What a leaf says of the actor of its row. */
export const subjectOf = (actor: string | null): string | undefined =>
  actor?.startsWith(personPrefix) ? actor : undefined;

/** A row's sequence as the event and the leaf write it. */
export const formatSequence = (sequence: bigint): string => sequence.toString().padStart(20, '0');

/** Source of what people do in the console, as the leaves of its log name it. */
export const consoleSource = 'urn:custody:console';
