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

/** The newest size of a log that this authority stamped, and how many seconds ago, by the database's clock; null: none. */
export async function lastStamp(
  db: Queryable,
  logId: number,
  authority: string,
): Promise<{ size: number; secondsAgo: number } | null> {
  const { rows } = await db.query<{ size: number; secondsAgo: number }>(
    `SELECT size::float8 AS size, extract(epoch FROM now() - received_at)::float8 AS "secondsAgo" FROM timestamp_token
     WHERE log_id = $1 AND authority = $2 ORDER BY size DESC LIMIT 1`,
    [logId, authority],
  );
  return rows[0] ?? null;
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
