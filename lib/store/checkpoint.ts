import { concat } from '../core/provenance/bytes';
import type { Queryable } from './pool';

export interface StoredCheckpoint {
  logId: number;
  size: number;
  root: Uint8Array;
  /** Signed note. */
  note: string;
  signedAt: Date;
}

/** Stores a checkpoint. The first one of a size stays: the table only grows. */
export async function insertCheckpoint(
  client: Queryable,
  checkpoint: Omit<StoredCheckpoint, 'signedAt'>,
): Promise<void> {
  const { logId, size, root, note } = checkpoint;
  await client.query(
    `INSERT INTO checkpoint (log_id, size, root, note, signed_at) VALUES ($1, $2, $3, $4, now())
     ON CONFLICT (log_id, size) DO NOTHING`,
    [logId, size, root, note],
  );
}

/** The newest checkpoint of a log, or null. */
export const latestCheckpoint = (client: Queryable, logId: number): Promise<StoredCheckpoint | null> =>
  readOne(client, 'log_id = $1 ORDER BY size DESC', [logId]);

/** The checkpoint of exactly this size, or null. */
export const checkpointOfSize = (client: Queryable, logId: number, size: number): Promise<StoredCheckpoint | null> =>
  readOne(client, 'log_id = $1 AND size = $2', [logId, size]);

/** The first checkpoint that covers the leaf at `index`, or null. */
export const firstCheckpointOver = (
  client: Queryable,
  logId: number,
  index: number,
): Promise<StoredCheckpoint | null> => readOne(client, 'log_id = $1 AND size > $2 ORDER BY size', [logId, index]);

/** Up to `limit` checkpoints of a log from size `above` on, smallest first. */
export async function readCheckpoints(
  client: Queryable,
  logId: number,
  above: number,
  limit: number,
): Promise<StoredCheckpoint[]> {
  const { rows } = await client.query<CheckpointRow>(
    `SELECT ${columns} FROM checkpoint WHERE log_id = $1 AND size > $2 ORDER BY size LIMIT $3`,
    [logId, above, limit],
  );
  return rows.map(checkpointOf);
}

const columns = 'log_id, size, root, note, signed_at';

interface CheckpointRow {
  log_id: number;
  size: string;
  root: Buffer;
  note: string;
  signed_at: Date;
}

async function readOne(client: Queryable, where: string, values: unknown[]): Promise<StoredCheckpoint | null> {
  const { rows } = await client.query<CheckpointRow>(
    `SELECT ${columns} FROM checkpoint WHERE ${where} LIMIT 1`,
    values,
  );
  return rows[0] ? checkpointOf(rows[0]) : null;
}

const checkpointOf = (row: CheckpointRow): StoredCheckpoint => ({
  logId: row.log_id,
  size: Number(row.size),
  root: concat(row.root),
  note: row.note,
  signedAt: row.signed_at,
});
