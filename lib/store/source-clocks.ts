import { ownSource } from '../core/event/own';
import type { SourceClock } from '../core/provenance/clock';
import type { Queryable } from './pool';
import type { Tx } from './transaction';

/** What a source's newest events say of its clock. */
export interface ClockSample {
  source: string;
  /** Recorded minus said, in milliseconds: the smallest of those looked at. */
  offsetMs: number;
  /** The event that has it. */
  eventId: string;
}

/** Newest events of a log that are looked at. */
const newest = 1_000;

/** A sample of each source among the newest events of each log that were recorded after `since`. */
export async function sampleClocks(db: Queryable, since: Date): Promise<ClockSample[]> {
  const { rows } = await db.query<ClockSample>(
    `SELECT DISTINCT ON (seen.source) seen.source, seen.id::text AS "eventId",
       round(extract(epoch FROM seen.recorded_at - seen.time) * 1000)::float8 AS "offsetMs"
     FROM log CROSS JOIN LATERAL (
       SELECT source, id, time, recorded_at FROM event
       WHERE log_id = log.id AND log_index >= log.size - ${newest} AND recorded_at > $1 AND NOT generated AND source <> $2) seen
     WHERE log.kind <> 'console' ORDER BY seen.source, "offsetMs"`,
    [since, ownSource],
  );
  return rows;
}

export async function readClocks(db: Queryable, sources: string[]): Promise<Map<string, SourceClock>> {
  const { rows } = await db.query<SourceClock>(
    `SELECT source, usual_ms::float8 AS "usualMs", offset_ms::float8 AS "offsetMs", steady,
       extract(epoch FROM steady_since)::float8 * 1000 AS "steadySince"
     FROM source_clock WHERE source = ANY ($1)`,
    [sources],
  );
  return new Map(rows.map((row) => [row.source, row]));
}

export async function writeClocks(tx: Tx, clocks: SourceClock[], seenAt: Date): Promise<void> {
  await tx.query(
    `INSERT INTO source_clock (source, usual_ms, offset_ms, steady, steady_since, seen_at)
     SELECT t.*, $6 FROM unnest($1::text[], $2::int8[], $3::int8[], $4::int4[], $5::timestamptz[]) AS t
     ON CONFLICT (source) DO UPDATE SET usual_ms = excluded.usual_ms, offset_ms = excluded.offset_ms, steady = excluded.steady,
       steady_since = excluded.steady_since, seen_at = excluded.seen_at`,
    [
      clocks.map(({ source }) => source),
      clocks.map(({ usualMs }) => usualMs),
      clocks.map(({ offsetMs }) => offsetMs),
      clocks.map(({ steady }) => steady),
      clocks.map(({ steadySince }) => new Date(steadySince)),
      seenAt,
    ],
  );
}
