import { canonicalJson } from '../event/canonical';
import type { AuditEvent } from '../event/envelope';
import { toHex } from './bytes';
import type { Sha256 } from './crypto';

/** The protected members of an event: what the producer's signature and the source chain cover. All are strings. */
export type EventCore = Pick<
  AuditEvent,
  | 'chainepoch'
  | 'datahash'
  | 'dataschema'
  | 'id'
  | 'prevhash'
  | 'sequence'
  | 'sigkid'
  | 'source'
  | 'subject'
  | 'time'
  | 'type'
>;

/** RFC 8785 form of an event's core; members that are absent are left out. An event itself may be given. Written out, because it runs for each event. */
export function encodeCore(event: EventCore): string {
  return `{${optional('chainepoch', event.chainepoch)}${optional('datahash', event.datahash)}"dataschema":${canonicalJson(
    event.dataschema,
  )},"id":${canonicalJson(event.id)},${optional('prevhash', event.prevhash)}${optional('sequence', event.sequence)}${optional(
    'sigkid',
    event.sigkid,
  )}"source":${canonicalJson(event.source)},${optional('subject', event.subject)}"time":${canonicalJson(
    event.time,
  )},"type":${canonicalJson(event.type)}}`;
}

const optional = (name: string, value: string | undefined): string =>
  value === undefined ? '' : `"${name}":${canonicalJson(value)},`;

/** Hash of an event in its source's chain, which the next one carries as `prevhash`: SHA-256 of the core, hexadecimal. */
export const chainHash = (sha256: Sha256, event: EventCore): string => toHex(sha256(encodeCore(event)));
