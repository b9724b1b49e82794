import type { Pool } from 'pg';
import type { Tx } from './transaction';

/** What one drop takes of one log. */
export interface DroppedOfLog {
  origin: string;
  events: number;
  /** The log as it stood when the day was dropped; the root in hexadecimal. */
  size: number;
  root: string;
}

export interface DroppedDay {
  id: string;
  day: string;
  events: number;
  sealedValues: number;
  logs: DroppedOfLog[];
  /** How many stretches of log entries went. */
  ranges: number;
  /** SHA-256 in hexadecimal of them, as `rangesDigest` writes them. */
  rangesHash: string;
}

/** Tables with one partition for each UTC day, named `<table>_<YYYYMMDD>`. */
const byDay = ['event', 'sealed_value'] as const;
const partition = (table: (typeof byDay)[number], day: string) => `${table}_${day.replaceAll('-', '')}`;

/** Days (`YYYY-MM-DD`, UTC) before `before` that have a partition, oldest first. */
export async function storedDays(pool: Pool, before: string): Promise<string[]> {
  const { rows } = await pool.query<{ day: string }>(
    `SELECT DISTINCT to_char(to_date(right(relname, 8), 'YYYYMMDD'), 'YYYY-MM-DD') AS day
     FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
     WHERE inhparent IN ('event'::regclass, 'sealed_value'::regclass) AND relname ~ '_[0-9]{8}$' AND right(relname, 8) < $1 ORDER BY 1`,
    [before.replaceAll('-', '')],
  );
  return rows.map((row) => row.day);
}

/** Nobody writes into the day until the transaction ends. Throws SQLSTATE 55P03 where somebody does for longer than a second. */
export async function lockDay(tx: Tx, day: string): Promise<void> {
  // Below deadlock_timeout: where a late event and this wait for each other, this gives way.
  await tx.query(`SET LOCAL lock_timeout = '900ms'`);
  for (const name of await partitionsOf(tx, day)) await tx.query(`LOCK TABLE ${name} IN SHARE MODE`);
}

/** Writes down what dropping the day takes away, and keeps the leaf hashes that the right edge of a log still needs. */
export async function recordDrop(tx: Tx, id: string, day: string, keptDays: number): Promise<DroppedDay> {
  const within = `FROM event WHERE time >= ($2 || ' 00:00:00+00')::timestamptz AND time < ($2 || ' 00:00:00+00')::timestamptz + interval '1 day'`;
  await tx.query(
    `INSERT INTO retention_drop (id, day, kept_days, events, sealed_values)
     SELECT $1, $2::date, $3, (SELECT count(*) ${within}), (SELECT coalesce(sum(cardinality(events)), 0) FROM sealed_value WHERE day = $2::date)`,
    [id, day, keptDays],
  );
  await tx.query(
    `INSERT INTO retention_log (drop_id, log_id, events, size, root)
     SELECT $1, log.id, gone.events, log.size, log.root
     FROM (SELECT log_id, count(*) AS events ${within} GROUP BY log_id) AS gone JOIN log ON log.id = gone.log_id`,
    [id, day],
  );
  await tx.query(
    `INSERT INTO retention_range (drop_id, log_id, from_index, to_index)
     SELECT $1, log_id, min(log_index), max(log_index)
     FROM (SELECT log_id, log_index, log_index - row_number() OVER (PARTITION BY log_id ORDER BY log_index) AS island ${within}) AS numbered
     GROUP BY log_id, island`,
    [id, day],
  );
  await tx.query(
    `INSERT INTO retention_chain (drop_id, source, epoch, events, to_sequence)
     SELECT $1, source, epoch, count(*), max(sequence) ${within} AND epoch IS NOT NULL AND sequence IS NOT NULL GROUP BY source, epoch`,
    [id, day],
  );
  await tx.query(
    `INSERT INTO log_edge (log_id, log_index, leaf_hash)
     SELECT log_id, log_index, leaf_hash ${within}
       AND log_index >= (SELECT size / 256 * 256 FROM retention_log WHERE drop_id = $1 AND retention_log.log_id = event.log_id)`,
    [id, day],
  );
  return readDrop(tx, id);
}

/** SHA-256 of one line for each stretch, `<origin> <first> <last>`, by origin and index. */
const rangesDigest = `encode(sha256(convert_to(coalesce(string_agg(log.origin || ' ' || from_index || ' ' || to_index, E'\\n'
  ORDER BY log.origin COLLATE "C", from_index), ''), 'UTF8')), 'hex')`;

/** A drop as its rows say it. */
export async function readDrop(on: Pick<Tx, 'query'>, id: string): Promise<DroppedDay> {
  const drop = await on.query<Pick<DroppedDay, 'id' | 'day' | 'events' | 'sealedValues'>>(
    `SELECT id, to_char(day, 'YYYY-MM-DD') AS day, events::float8 AS events, sealed_values::float8 AS "sealedValues" FROM retention_drop WHERE id = $1`,
    [id],
  );
  const logs = await on.query<DroppedOfLog>(
    `SELECT log.origin, events::float8 AS events, retention_log.size::float8 AS size, encode(retention_log.root, 'hex') AS root
     FROM retention_log JOIN log ON log.id = log_id WHERE drop_id = $1 ORDER BY log.origin COLLATE "C"`,
    [id],
  );
  const ranges = await on.query<Pick<DroppedDay, 'ranges' | 'rangesHash'>>(
    `SELECT count(*)::int AS ranges, ${rangesDigest} AS "rangesHash" FROM retention_range JOIN log ON log.id = log_id WHERE drop_id = $1`,
    [id],
  );
  return {
    ...(drop.rows[0] as (typeof drop.rows)[0]),
    logs: logs.rows,
    ...(ranges.rows[0] as (typeof ranges.rows)[0]),
  };
}

/** Takes the day away; locked by lockDay, and last in its transaction, because readers of all days wait for it. */
export async function dropDay(tx: Tx, day: string): Promise<void> {
  for (const [table, column] of [
    ['secret_sighting', 'time'],
    ['receipt_link', 'event_time'],
  ]) {
    await tx.query(
      `DELETE FROM ${table} WHERE ${column} >= ($1 || ' 00:00:00+00')::timestamptz
         AND ${column} < ($1 || ' 00:00:00+00')::timestamptz + interval '1 day'`,
      [day],
    );
  }
  for (const name of await partitionsOf(tx, day)) await tx.query(`DROP TABLE ${name}`);
}

/** Empties the dead letters that came before the day, and at no time that a legal hold is about: what they say of whom nobody knows. */
export async function emptyDeadLetters(tx: Tx, before: string): Promise<number> {
  const { rowCount } = await tx.query(
    `UPDATE dead_letter SET bytes = '', headers = '{}',
       status = CASE status WHEN 'waiting' THEN 'discarded' ELSE status END,
       decided_by = CASE status WHEN 'waiting' THEN 'retention' ELSE decided_by END,
       decided_at = CASE status WHEN 'waiting' THEN now() ELSE decided_at END
     WHERE received_at < ($1 || ' 00:00:00+00')::timestamptz AND length(bytes) > 0
       AND NOT EXISTS (SELECT FROM legal_hold WHERE released_at IS NULL
         AND received_at >= coalesce(from_time, '-infinity') AND received_at < coalesce(to_time, 'infinity'))`,
    [before],
  );
  return rowCount ?? 0;
}

async function partitionsOf(tx: Tx, day: string): Promise<string[]> {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) throw new RangeError(`${day} is no day`);
  const names = byDay.map((table) => partition(table, day));
  const { rows } = await tx.query<{ name: string }>(
    'SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NOT NULL ORDER BY name',
    [names],
  );
  return rows.map(({ name }) => name);
}
