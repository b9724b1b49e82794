import { z } from 'zod';
import type { DisclosureLine } from '../core/provenance/bundle/lines';
import { pool } from '../store/pool';
import { openValues } from '../store/sealed-values';
import { ServiceError } from './error';

/** A committed value that is to be opened. */
export interface Disclosed {
  event: string;
  /** RFC 6901, into the event. */
  pointer: string;
}

const one = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}:/[^,]*';

/** `<event id>:<JSON pointer>`, with commas between. A comma within a pointer is written as %2C. */
export const disclosureText = z
  .string()
  .max(100_000)
  .regex(new RegExp(`^${one}(?:,${one})*$`), 'Write <event id>:<JSON pointer>, with commas between');

export const readDisclosures = (text: string): Disclosed[] =>
  text
    .split(',')
    .filter(Boolean)
    .map((part) => ({ event: part.slice(0, 36), pointer: part.slice(37).replaceAll('%2C', ',') }));

type Openings = Map<string, Omit<DisclosureLine, 'type' | 'log' | 'index'>[]>;

/** What opens these values, by event. Throws ServiceError `not_found` for one that can't be opened any more, or never stood there. */
export async function disclosuresOf(wanted: readonly Disclosed[]): Promise<Openings> {
  const openings: Openings = new Map();
  for (const event of new Set(wanted.map((one) => one.event))) {
    const opened = await openValues(pool(), event);
    for (const { pointer } of wanted.filter((one) => one.event === event)) {
      const found = opened.filter((value) => value.pointer === pointer);
      if (found.length === 0) {
        throw new ServiceError(
          'not_found',
          `Nothing at ${pointer} of event ${event} can be opened.`,
          'Check the pointer. Of a person who was erased, nothing can be opened any more.',
        );
      }
      const lines = found.map(({ pointer, n, value, k }) => ({ pointer, n, value, k }));
      openings.set(event, [...(openings.get(event) ?? []), ...lines]);
    }
  }
  return openings;
}
