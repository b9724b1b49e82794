import { canonicalJson } from '../event/canonical';
import type { AuditEvent } from '../event/envelope';
import { isObject } from '../event/json';
import { ok, type Result, refuse } from '../event/result';
import { fromBase64url } from '../provenance/bytes';
import { commit } from '../provenance/commitment';
import type { Hmac } from '../provenance/crypto';
import { atPointer } from '../text/walk';
import { isMarker, kindOf, marker as markers } from './marker';

/** What a signer says stood in the place of one marker; it was checked against the marker. */
export interface Disclosed {
  pointer: string;
  n: number;
  kind: string;
  value: string | number;
  /** base64url. */
  k: string;
  /** As it stands in the event. */
  marker: string;
}

/** The attribute `disclosures` of an event. At most `maxBytes` of it, in UTF-8: what is left out can't be opened. */
export function encodeDisclosures(
  made: Iterable<{ pointer: string; n: number; value: unknown; k: string }>,
  maxBytes: number,
): string {
  const entries: string[] = [];
  let left = maxBytes - 2;
  for (const { pointer, n, value, k } of made) {
    const entry = canonicalJson([pointer, n, value, k]);
    left -= 3 * entry.length + 1;
    if (left < 0) break;
    entries.push(entry);
  }
  return `[${entries.join(',')}]`;
}

/** Reads the attribute and holds each entry against the markers of the event. Refuses `bad_disclosure`. */
export function openDisclosures(event: AuditEvent, text: string, hmac: Hmac): Result<Disclosed[]> {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return wrong('it is not JSON');
  }
  if (!Array.isArray(list)) return wrong('it is not a list');
  const opened: Disclosed[] = [];
  const places = new Places(event);
  for (let i = 0; i < list.length; i++) {
    const entry: unknown = list[i];
    if (!isEntry(entry)) return wrong(`entry ${i} is not [pointer, n, value, k]`);
    const [pointer, n, value, k] = entry;
    const key = fromBase64url(k);
    if (key?.length !== 32) return wrong(`the key of entry ${i} is not 32 bytes in base64url`);
    const marker = places.markerAt(pointer, commit(hmac, key, event.id, pointer, value));
    if (marker === null) return wrong(`entry ${i} opens no marker at its pointer`);
    opened.push({ pointer, n, kind: kindOf(marker), value, k, marker });
  }
  return ok(opened);
}

const wrong = (what: string): Result<never> =>
  refuse(
    'bad_disclosure',
    `Of /disclosures ${what}; send what the commitments in the signed data were made of, or leave it out.`,
  );

type Entry = [pointer: string, n: number, value: string | number, k: string];

function isEntry(entry: unknown): entry is Entry {
  if (!Array.isArray(entry) || entry.length !== 4) return false;
  const [pointer, n, value, k] = entry as unknown[];
  const isValue = typeof value === 'string' ? plain.test(value) || !loneSurrogate.test(value) : Number.isFinite(value);
  return typeof pointer === 'string' && isCount(n) && isValue && typeof k === 'string';
}

const plain = /^[ -~]*$/;
const loneSurrogate = /\p{Surrogate}/u;

/** As many as a message has room for; it also numbers the markers that are made after it. */
const isCount = (n: unknown): boolean => typeof n === 'number' && Number.isInteger(n) && n >= 0 && n < 1 << 20;

/** Finds markers by where they stand and what they commit to. */
class Places {
  private readonly known = new Map<string, Map<string, string>>();

  constructor(private readonly event: AuditEvent) {}

  /** The marker with this commitment in the text at the pointer, or in the names of the object there. */
  markerAt(pointer: string, commitment: string): string | null {
    const there = this.known.size === 0 ? atPointer(this.event, pointer) : undefined;
    if (typeof there === 'string' && there.endsWith(`:${commitment}]`) && isMarker(there)) return there;
    let found = this.known.get(pointer);
    if (found === undefined) {
      found = this.markersAt(pointer);
      this.known.set(pointer, found);
    }
    return found.get(commitment) ?? null;
  }

  /** Looked for once, however many they are. */
  private markersAt(pointer: string): Map<string, string> {
    const there = atPointer(this.event, pointer);
    const texts = typeof there === 'string' ? [there] : isObject(there) ? Object.keys(there) : [];
    const found = new Map<string, string>();
    for (const text of texts) {
      for (const { 0: whole, groups } of text.matchAll(markers)) found.set(groups?.commitment ?? '', whole);
    }
    return found;
  }
}
