import type { Json } from '../core/event/json';
import type { SealedEntry } from '../core/judge/seals';
import { unseal } from '../platform/sealing';
import type { Queryable } from './pool';
import { sealedAbout } from './sealed-copy';
import { sealKeys } from './subjects';

/** What stood where an event has a marker, and what opens it to others (Disclosure of lib/core/provenance/commitment). */
export interface OpenedValue {
  pointer: string;
  n: number;
  /** `person`, `email`, `aws_access_key` ... */
  kind: string;
  value: Json;
  /** base64url. */
  k: string;
  /** Whose it is. */
  subject: string;
}

/** The values of an event's markers that can be opened still, in order of n. Whose subject was erased is missing. */
export async function openValues(db: Queryable, eventId: string, time?: string): Promise<OpenedValue[]> {
  const { rows } = await db.query<{
    logId: number;
    firstIndex: string;
    offset: number;
    day: string;
    subject: string;
    part: number;
    sealed: Buffer;
  }>(
    `WITH e AS (
       SELECT (time AT TIME ZONE 'UTC')::date AS day, log_id, log_index FROM event
       WHERE id = $1 ${time ? 'AND time = $2' : ''} ORDER BY log_index LIMIT 1
     ), batch AS (
       SELECT e.*, (SELECT first_index FROM sealed_value s WHERE s.day = e.day AND s.log_id = e.log_id AND s.first_index <= e.log_index
         ORDER BY first_index DESC LIMIT 1) AS first_index FROM e
     )
     SELECT s.log_id AS "logId", s.first_index AS "firstIndex", (b.log_index - s.first_index)::int AS offset,
       s.day::text AS day, s.subject, s.part, s.sealed
     FROM batch b JOIN sealed_value s USING (day, log_id, first_index)
     WHERE s.events @> ARRAY[(b.log_index - s.first_index)::int]`,
    time ? [eventId, time] : [eventId],
  );
  const keys = await sealKeys(db, [...new Set(rows.map((row) => row.subject))]);
  const opened = rows.flatMap(({ logId, firstIndex, offset, day, subject, part, sealed }) => {
    const key = keys.get(subject);
    if (!key) return [];
    const plain = unseal(key, sealedAbout(logId, Number(firstIndex), day, subject, part), sealed).toString('utf8');
    return (JSON.parse(plain) as SealedEntry[])
      .filter(([event]) => event === offset)
      .map(([, pointer, n, kind, value, k]): OpenedValue => ({ pointer, n, kind, value, k, subject }));
  });
  return opened.sort((a, b) => a.n - b.n);
}
