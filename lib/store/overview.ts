import type { TimeRange } from '../core/query/time-range';
import { fromDecimal, type Histogram } from '../core/usage/histogram';
import { namesOf } from './names';
import { pool } from './pool';
import { timeText } from './time-text';

/** Use within one stretch of time. */
export interface UsagePoint {
  at: string;
  calls: number;
  /** Failed, timed out or unknown. */
  errors: number;
  denied: number;
  bytesIn: number;
  bytesOut: number;
  /** Calls made for a demonstration. */
  generated: number;
  durations: Histogram;
}

const sums = `sum(calls)::float8 AS calls, sum(errors)::float8 AS errors, sum(denied)::float8 AS denied,
  sum(bytes_in)::float8 AS "bytesIn", sum(bytes_out)::float8 AS "bytesOut",
  coalesce(sum(calls) FILTER (WHERE generated), 0)::float8 AS generated`;
const bin = (width: string) => `date_bin(${width}::float8 * interval '1 millisecond', minute, timestamptz 'epoch')`;

/** Use over time, one point for each `bucketMs` in which there was any. */
export async function usageOverTime(range: TimeRange, bucketMs: number): Promise<UsagePoint[]> {
  const { rows } = await pool().query<Omit<UsagePoint, 'durations'> & { durations: string }>(
    `SELECT ${timeText('bin')} AS at, ${sums}, sum(durations)::text AS durations
     FROM (SELECT *, ${bin('$3')} AS bin FROM usage_minute WHERE minute >= $1 AND minute < $2) AS used GROUP BY bin ORDER BY bin`,
    [range.from, range.to, bucketMs],
  );
  return rows.map((row) => ({ ...row, durations: fromDecimal(row.durations) }));
}

export type Dimension = 'server' | 'tool' | 'actor';

export interface TopRow {
  /** Server key, tool name, or actor: a pseudonym for people. */
  key: string;
  /** Set for people, and for servers that have another name than their key. */
  name: string | null;
  calls: number;
  /** Errors and refusals. */
  failed: number;
  /** Calls made for a demonstration. */
  generated: number;
  /** Calls by stretch of time, oldest first, `points` of them. */
  trend: number[];
}

/** The most used servers, tools or actors. */
export async function topBy(dimension: Dimension, range: TimeRange, points = 24, limit = 6): Promise<TopRow[]> {
  const width = (range.to.getTime() - range.from.getTime()) / points;
  const { rows } = await pool().query<Omit<TopRow, 'trend'> & { trend: Record<string, number> }>(
    `WITH used AS (
       SELECT ${dimension} AS key, width_bucket(extract(epoch FROM minute)::float8, $3::float8, $4::float8, $5::int) AS n,
         sum(calls) AS calls, sum(errors + denied) AS failed,
         coalesce(sum(calls) FILTER (WHERE generated), 0) AS generated
       FROM usage_minute WHERE minute >= $1 AND minute < $2 AND ${dimension} <> '' GROUP BY 1, 2)
     SELECT used.key, server.name, sum(calls)::float8 AS calls, sum(failed)::float8 AS failed,
       sum(used.generated)::float8 AS generated, json_object_agg(n, calls) AS trend
     FROM used LEFT JOIN server ON ${dimension === 'server'} AND server.key = used.key
     GROUP BY used.key, server.name ORDER BY calls DESC, used.key LIMIT $6`,
    [range.from, range.to, range.from.getTime() / 1000, (range.from.getTime() + width * points) / 1000, points, limit],
  );
  const names = dimension === 'actor' ? await namesOf(rows.map((row) => row.key)) : null;
  return rows.map((row) => ({
    ...row,
    name: names?.get(row.key) ?? row.name,
    trend: Array.from({ length: points }, (_, n) => row.trend[n + 1] ?? 0),
  }));
}

export interface PartitionHealth {
  topic: string;
  partition: number;
  /** Records that wait in Kafka. */
  lag: number;
  eventsPerSecond: number;
  /** From the producer's clock to the commit. */
  ageMs: number;
  reportedAt: string;
}

export async function partitionHealth(): Promise<PartitionHealth[]> {
  const { rows } = await pool().query<PartitionHealth>(
    `SELECT topic, partition, greatest(high_offset - next_offset, 0)::float8 AS lag, events_per_s AS "eventsPerSecond",
       age_ms AS "ageMs", ${timeText('reported_at')} AS "reportedAt" FROM worker_status ORDER BY topic, partition`,
  );
  return rows;
}

/** What has been seen at all, for the first minutes. */
export interface FirstSteps {
  events: boolean;
  alerts: boolean;
  /** The first event, to open and verify. */
  firstEvent: string | null;
  newestEvent: string | null;
  /** There is nothing older than an hour. */
  young: boolean;
}

export async function firstSteps(): Promise<FirstSteps> {
  const { rows } = await pool().query<FirstSteps>(
    `SELECT EXISTS (SELECT FROM log WHERE kind <> 'console' AND size > 0) AS events, EXISTS (SELECT FROM alert) AS alerts,
       first.id AS "firstEvent", (SELECT id FROM event ORDER BY time DESC, id DESC LIMIT 1) AS "newestEvent", coalesce(first.time > now() - interval '1 hour', false) AS young
     FROM (VALUES (1)) AS one LEFT JOIN (SELECT id, time FROM event ORDER BY time, id LIMIT 1) AS first ON true`,
  );
  return rows[0] as FirstSteps;
}
