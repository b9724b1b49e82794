import type { ClientBase } from 'pg';
import { frontierOf, type LogState, LogWriter, partialWidth, tileLevels } from '../../core/provenance/log-writer';
import { sha256 } from '../../platform/crypto';
import { latestCheckpoint } from '../checkpoint';
import { type LogHead, readLogs } from '../log';
import { tileReader } from '../tiles';

/** A stretch at the end of a log, copied into tables of this session alone, which stand before the real ones until the transaction ends. */
export interface LogCopy {
  /** As the copy has it: it ends at the newest checkpoint. */
  head: LogHead;
  /** The tree before the stretch. */
  start: LogState;
}

/** Entries that are copied, at least. */
const stretch = 1_024;

/**
 * Copies the newest stretch of one of the logs that are signed; null where none is, or it has less than two entries. Needs a transaction.
 * `pick`: a number from 0 to below its argument.
 */
export async function copyLog(client: ClientBase, pick: (below: number) => number): Promise<LogCopy | null> {
  const logs = (await readLogs(client)).filter(({ kind }) => kind !== 'console');
  const signed: { head: LogHead; size: number; root: Uint8Array }[] = [];
  for (const head of logs) {
    const checkpoint = await latestCheckpoint(client, head.id);
    if (checkpoint && checkpoint.size >= 2) signed.push({ head, size: checkpoint.size, root: checkpoint.root });
  }
  const chosen = signed[pick(signed.length)];
  if (!chosen) return null;
  const { head, size } = chosen;
  const from = Math.max(0, Math.floor((size - stretch) / 256) * 256);
  const start = await stateAt(client, head, from);
  const end = await stateAt(client, head, size);
  await copyTables(client, head.id, from, size);
  const root = new LogWriter(sha256, end).root();
  await client.query('UPDATE pg_temp.log SET size = $1, root = $2, frontier = $3', [size, root, end.frontier]);
  return { head: { ...head, size, root, frontier: end.frontier }, start };
}

/** The tree of a log as it was at a size, from its tiles. Throws LogStateError where they are not all there. */
async function stateAt(client: ClientBase, log: LogHead, size: number): Promise<LogState> {
  const partial: Uint8Array[] = [];
  const read = tileReader(client, log);
  for (let level = 0; level < tileLevels(size); level++) {
    const width = partialWidth(size, level);
    const [tile] = width > 0 ? await read([{ level, index: Math.floor(size / 256 ** (level + 1)), width }]) : [];
    partial.push(tile ?? new Uint8Array(0));
  }
  return { size, partial, frontier: frontierOf(sha256, partial) };
}

/** Whatever stands here under the name of a real table is the copy, and goes with the transaction. */
async function copyTables(client: ClientBase, logId: number, from: number, size: number): Promise<void> {
  const slices = {
    log: `id = ${logId}`,
    event: `log_id = ${logId} AND log_index >= ${from} AND log_index < ${size}`,
    // With those before the stretch whose roots stand beside its own in the tile above.
    log_tile: `log_id = ${logId} AND index >= floor(${from} / 256::numeric ^ (level + 2)) * 256
      AND (index + 1) * 256::numeric ^ (level + 1) <= ${size}`,
    checkpoint: `log_id = ${logId} AND size > ${from} AND size <= ${size}`,
    observer_batch: `log_id = ${logId} AND from_index >= ${from} AND from_index + size <= ${size}`,
  };
  for (const [table, slice] of Object.entries(slices)) {
    await client.query(`CREATE TEMP TABLE ${table} (LIKE public.${table}) ON COMMIT DROP`);
    await client.query(`INSERT INTO pg_temp.${table} SELECT * FROM public.${table} WHERE ${slice}`);
  }
}
