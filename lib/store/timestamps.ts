import { concat } from '../core/provenance/bytes';
import type { Queryable } from './pool';

export interface StoredTimestamp {
  logId: number;
  size: number;
  /** Address of the authority. */
  authority: string;
  /** TimeStampToken in DER, over the checkpoint's text. */
  token: Uint8Array;
  stampedAt: Date;
}

/** Keeps a token that verifies. The first one of an authority over a checkpoint stays. */
export async function insertTimestamp(db: Queryable, stamp: StoredTimestamp): Promise<void> {
  await db.query(
    `INSERT INTO timestamp_token (log_id, size, authority, token, stamped_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (log_id, size, authority) DO NOTHING`,
    [stamp.logId, stamp.size, stamp.authority, stamp.token, stamp.stampedAt],
  );
}

/** How many seconds ago a log was last stamped by this authority, by the database's clock; null: never. */
export async function secondsSinceStamp(db: Queryable, logId: number, authority: string): Promise<number | null> {
  const { rows } = await db.query<{ seconds: number | null }>(
    `SELECT extract(epoch FROM now() - max(received_at))::float8 AS seconds FROM timestamp_token
     WHERE log_id = $1 AND authority = $2`,
    [logId, authority],
  );
  return rows[0]?.seconds ?? null;
}

/** Tokens of a log over checkpoints of `from` <= size <= `to`, smallest first, at most `limit`. */
export async function readTimestamps(
  db: Queryable,
  logId: number,
  from: number,
  to: number,
  limit: number,
): Promise<StoredTimestamp[]> {
  const { rows } = await db.query<{ size: string; authority: string; token: Buffer; stamped_at: Date }>(
    `SELECT size, authority, token, stamped_at FROM timestamp_token WHERE log_id = $1 AND size BETWEEN $2 AND $3
     ORDER BY size, stamped_at LIMIT $4`,
    [logId, from, to, limit],
  );
  return rows.map((row) => ({
    logId,
    size: Number(row.size),
    authority: row.authority,
    token: concat(row.token),
    stampedAt: row.stamped_at,
  }));
}
