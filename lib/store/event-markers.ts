import { openedMarker } from '../core/provenance/commitment';
import { type EventMarker, eventMarkers } from '../core/provenance/event-markers';
import { hmacSha256 } from '../platform/crypto';
import { readEventBody } from './event-body';
import type { Queryable } from './pool';
import { openValues } from './sealed-values';

/** A marker, and what can still be done with it; never its value. */
export interface MarkerState extends EventMarker {
  /** Its number within the event; null where its value is kept no more: whose it is was erased. */
  n: number | null;
}

/** The markers of a stored event. Empty where there is no such event. */
export async function readMarkers(client: Queryable, id: string): Promise<MarkerState[]> {
  const event = await readEventBody(client, id);
  if (!event) return [];
  const envelope = JSON.parse(event.body);
  const markers = eventMarkers(envelope);
  if (markers.length === 0) return [];
  const numbers = new Map<string, number>();
  for (const { pointer, n, value, k } of await openValues(client, id, event.time)) {
    const text = openedMarker(hmacSha256, envelope, { pointer, n, value, k });
    if (text !== null) numbers.set(`${pointer}\0${text}`, n);
  }
  return markers.map((one) => ({ ...one, n: numbers.get(`${one.pointer}\0${one.text}`) ?? null }));
}
