import { canonicalJson, canonicalString } from '../event/canonical';
import { isObject, type Json } from '../event/json';
import { marker } from '../redaction/marker';
import { atPointer } from '../text/walk';
import { fromBase64url } from './bytes';
import type { Hmac } from './crypto';

/**
 * What opens one marker of an event, and no other: the value that stood there, and the key of its commitment. Whoever
 * has it checks it with `verifyDisclosure` against the stored body.
 */
export interface Disclosure {
  /** RFC 6901, into the event; of a marker in the name of a member: that of its object. */
  pointer: string;
  /** Which of the event's markers, from 0. */
  n: number;
  /** What stood there. */
  value: Json;
  /** Key of the commitment: 32 bytes, base64url. */
  k: string;
}

/**
 * Key of one marker's commitment, 32 bytes. `secret`: belongs to one data subject. The same for the same place of the
 * same event, so that an event that is delivered again gets the same body.
 */
export const commitKey = (hmac: Hmac, secret: Uint8Array, eventId: string, pointer: string, n: number): Uint8Array =>
  hmac(secret, `custody/commit-key/v1\0${eventId}\0${pointer}\0${n}`);

/** The commitment that stands in the marker, base64url, 43 characters. Throws TypeError for a value that has no canonical JSON. */
export const commit = (hmac: Hmac, key: Uint8Array, eventId: string, pointer: string, value: Json): string =>
  hmac(
    key,
    `custody/commit/v1\0${eventId}\0${pointer}\0${typeof value === 'string' ? canonicalString(value) : canonicalJson(value)}`,
    'base64url',
  );

/** Whether the disclosure opens this marker (`[redacted:<kind>:<commitment>]`) of this event. False for whatever does not. */
export function verifyDisclosure(hmac: Hmac, disclosure: Disclosure, eventId: string, markerText: string): boolean {
  const commitment = /^\[redacted:[a-z_]{1,40}:([A-Za-z0-9_-]{43})\]$/.exec(markerText)?.[1];
  const key = fromBase64url(disclosure.k);
  if (commitment === undefined || key?.length !== 32) return false;
  return commit(hmac, key, eventId, disclosure.pointer, disclosure.value) === commitment;
}

/** The marker of the event that the disclosure opens; null where there is none. */
export function openedMarker(hmac: Hmac, event: { id: string }, disclosure: Disclosure): string | null {
  const there = atPointer(event, disclosure.pointer);
  const texts = typeof there === 'string' ? [there] : isObject(there) ? Object.keys(there) : [];
  const found = texts.flatMap((text) => Array.from(text.matchAll(marker), ([whole]) => whole));
  return found.find((text) => verifyDisclosure(hmac, disclosure, event.id, text)) ?? null;
}
