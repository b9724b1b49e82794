import type { AuditEvent } from '../core/event/envelope';
import type { SeenCall, SidePair } from '../core/provenance/one-sided';
import type { Queryable } from './pool';
import type { Tx } from './transaction';

/** Calls were compared that were recorded until then; null: none yet. Locked until the transaction ends. */
export async function comparedUntil(tx: Tx): Promise<Date | null> {
  const { rows } = await tx.query<{ until: Date }>('SELECT until FROM call_watch FOR UPDATE');
  return rows[0]?.until ?? null;
}

export async function noteCompared(tx: Tx, until: Date): Promise<void> {
  await tx.query('INSERT INTO call_watch (until) VALUES ($1) ON CONFLICT (one) DO UPDATE SET until = excluded.until', [
    until,
  ]);
}

const methods = ['tools/call', 'resources/read', 'prompts/get'];

/**
 * Answered calls recorded between two times, of all sides, where a client's side reports at all; with when each was recorded.
 * `all` is false where there are more than `most`.
 */
export async function readSideCalls(
  db: Queryable,
  from: Date,
  until: Date,
  most: number,
): Promise<{ calls: (SeenCall & { recordedAt: number })[]; all: boolean }> {
  const { rows: logs } = await db.query<{ id: number; size: number }>(
    `SELECT id, size::float8 AS size FROM log WHERE kind <> 'console'`,
  );
  const ranges: { id: number; from: number; to: number }[] = [];
  for (const { id, size } of logs) {
    ranges.push({ id, from: await indexAt(db, id, size, from), to: await indexAt(db, id, size, until) });
  }
  const bounds = [ranges.map(({ id }) => id), ranges.map((range) => range.from), ranges.map((range) => range.to)];
  const inRanges = `event JOIN unnest($1::int2[], $2::int8[], $3::int8[]) AS range (id_of_log, from_index, to_index)
    ON event.log_id = id_of_log AND event.log_index >= from_index AND event.log_index < to_index`;
  const { rows: any } = await db.query(`SELECT 1 FROM ${inRanges} WHERE vantage = 'client' LIMIT 1`, bounds);
  if (any.length === 0) return { calls: [], all: true };
  const { rows } = await db.query<Omit<SeenCall, 'rpcId'> & { recordedAt: number; body: string }>(
    `SELECT id::text, source, coalesce(server, '') AS server, CASE vantage WHEN 'client' THEN 'client' ELSE 'server' END AS side,
       extract(epoch FROM time)::float8 * 1000 AS time, trace, body, method,
       coalesce(tool, '') AS tool, coalesce(actor, '') || ' ' || coalesce(client, '') AS party,
       extract(epoch FROM recorded_at)::float8 * 1000 AS "recordedAt"
     FROM ${inRanges}
     WHERE vantage IN ('client', 'gateway', 'server', 'sidecar') AND method = ANY ($4) AND NOT generated
       AND (status = 'success' OR (status = 'failure' AND (error_code IS NOT NULL OR bytes_out IS NOT NULL)))
     LIMIT ${most + 1}`,
    [...bounds, methods],
  );
  // Not by the database: it has no JSON type for a text with U+0000 in it.
  const calls = rows.map(({ body, ...row }) => {
    const { data } = JSON.parse(body) as Pick<AuditEvent, 'data'>;
    return { ...row, rpcId: data.mcp?.jsonrpc_id ?? null };
  });
  return { calls, all: rows.length <= most };
}

/** The first index of a log whose entry was recorded at `time` or later: a log is in the order of recording. */
async function indexAt(db: Queryable, logId: number, size: number, time: Date): Promise<number> {
  let [low, high] = [0, size];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const { rows } = await db.query<{ earlier: boolean; index: number }>(
      `SELECT recorded_at < $3 AS earlier, log_index::float8 AS index FROM event
       WHERE log_id = $1 AND log_index >= $2 ORDER BY log_index LIMIT 1`,
      [logId, middle, time],
    );
    const [row] = rows;
    if (row?.earlier) low = row.index + 1;
    else high = middle;
  }
  return low;
}

/** Adds up how often sources met; answers all that is known of the pairs of these sources in the last days. */
export async function notePairs(tx: Tx, met: SidePair[], sources: string[]): Promise<SidePair[]> {
  const names = ['clientSource', 'clientServer', 'serverSource', 'server', 'party', 'way', 'matched'] as const;
  await tx.query(
    `INSERT INTO call_pair (client_source, client_server, server_source, server, party, way, matched)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int8[])
     ON CONFLICT (key) DO UPDATE SET matched = call_pair.matched + excluded.matched, last_at = now()`,
    names.map((name) => met.map((pair) => pair[name])),
  );
  const { rows } = await tx.query<SidePair>(
    `SELECT client_source AS "clientSource", client_server AS "clientServer", server_source AS "serverSource", server, party, way,
       matched::float8 AS matched
     FROM call_pair WHERE (client_source = ANY ($1) OR server_source = ANY ($1)) AND last_at > now() - interval '7 days'`,
    [sources],
  );
  return rows;
}

/** How long around a call its other side is looked at, in milliseconds. */
const aroundMs = 120_000;
/** How far clocks and the ends of a call on both sides may differ. */
const marginMs = 2_000;

/**
 * The events of a source next before and after a moment of its clock, where it was reporting all the while between: in one run, without a
 * gap, a silence, or a word that it left something out. Else null.
 */
export async function reportingAround(
  db: Queryable,
  source: string,
  time: number,
): Promise<{ before: string; after: string } | null> {
  const { rows } = await db.query<{ id: string; epoch: string | null; sequence: string | null; after: boolean }>(
    `SELECT * FROM (
       (SELECT id::text, epoch, sequence, false AS after FROM event
        WHERE source = $1 AND time BETWEEN $2::timestamptz - $3 * interval '1 ms' AND $2::timestamptz - $4 * interval '1 ms'
        ORDER BY time DESC, id DESC LIMIT 1)
       UNION ALL
       (SELECT id::text, epoch, sequence, true FROM event
        WHERE source = $1 AND time BETWEEN $2::timestamptz + $4 * interval '1 ms' AND $2::timestamptz + $3 * interval '1 ms'
        ORDER BY time, id LIMIT 1)) both_sides`,
    [source, new Date(time), aroundMs, marginMs],
  );
  const before = rows.find((row) => !row.after);
  const after = rows.find((row) => row.after);
  if (!before || !after || before.epoch !== after.epoch) return null;
  const { rows: known } = await db.query<{ away: boolean }>(
    `SELECT EXISTS (SELECT FROM chain_gap WHERE source = $1 AND epoch = $2
         AND from_sequence <= $4::int8 AND to_sequence >= $3::int8)
       OR EXISTS (SELECT FROM source_silence WHERE source = $1 AND since <= $5::timestamptz + $6 * interval '1 ms'
         AND coalesce(until, 'infinity') >= $5::timestamptz - $6 * interval '1 ms')
       OR EXISTS (SELECT FROM event WHERE source = $1 AND type = 'mcp.audit.capture.dropped.v1'
         AND time BETWEEN $5::timestamptz - $6 * interval '1 ms' AND $5::timestamptz + $6 * interval '1 ms') AS away`,
    [source, before.epoch, before.sequence, after.sequence, new Date(time), aroundMs],
  );
  return known[0]?.away ? null : { before: before.id, after: after.id };
}
