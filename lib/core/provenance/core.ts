import { canonicalJson } from '../event/canonical';
import type { AuditEvent } from '../event/envelope';
import { toHex } from './bytes';
import type { Sha256 } from './crypto';

/** The protected members of an event: what the producer's signature and the source chain cover. All are strings. */
export const coreMembers = [
  'chainepoch',
  'datahash',
  'dataschema',
  'id',
  'prevhash',
  'sequence',
  'sigkid',
  'source',
  'subject',
  'time',
  'type',
] as const;
export type EventCore = Pick<AuditEvent, (typeof coreMembers)[number]>;

/**
 * RFC 8785 form of an event's core; members that are absent are left out. An event itself may be given.
 * Written out for plain ASCII, because it runs for each event.
 */
export function encodeCore(event: EventCore): string {
  const { chainepoch, datahash, dataschema, id, prevhash, sequence, sigkid, source, subject, time, type } = event;
  const allPlain =
    isPlain(id) &&
    isPlain(source) &&
    isPlain(subject) &&
    isPlain(type) &&
    isPlain(time) &&
    isPlain(dataschema) &&
    isPlain(chainepoch) &&
    isPlain(sequence) &&
    isPlain(prevhash) &&
    isPlain(datahash) &&
    isPlain(sigkid);
  if (!allPlain) {
    return canonicalJson({
      chainepoch,
      datahash,
      dataschema,
      id,
      prevhash,
      sequence,
      sigkid,
      source,
      subject,
      time,
      type,
    });
  }
  return `{${optional('chainepoch', chainepoch)}${optional('datahash', datahash)}"dataschema":"${dataschema}","id":"${id}",${optional(
    'prevhash',
    prevhash,
  )}${optional('sequence', sequence)}${optional('sigkid', sigkid)}"source":"${source}",${optional(
    'subject',
    subject,
  )}"time":"${time}","type":"${type}"}`;
}

/** Characters that stand for themselves in canonical JSON. */
const plain = /^[ !#-[\]-~]*$/;

const isPlain = (value: string | undefined): boolean => value === undefined || plain.test(value);

const optional = (name: string, value: string | undefined): string =>
  value === undefined ? '' : `"${name}":"${value}",`;

/** Hash of an event in its source's chain, which the next one carries as `prevhash`: SHA-256 of the core, hexadecimal. */
export const chainHash = (sha256: Sha256, event: EventCore): string => toHex(sha256(encodeCore(event)));
