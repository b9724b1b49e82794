import type { PoolClient } from 'pg';
import type { Facts } from '../core/judge/contract';
import type { ReceiptSeen } from '../core/judge/receipts';
import type { Queryable } from './pool';

/** Of those that name a receipt, so many are read: two are a branch. */
const mostNext = 3;

/** What is stored of these receipts; `keys`: source, U+0000 and hash. */
export async function loadReceipts(db: Queryable, keys: string[], into: Facts['receipts']): Promise<void> {
  const pairs = keys.map((key) => key.split('\0'));
  const { rows } = await db.query<{ source: string; hash: string; known: boolean; next: string[] }>(
    `SELECT k.source, k.hash, EXISTS (SELECT FROM receipt_link r WHERE r.source = k.source AND r.hash = k.hash) AS known,
       ARRAY(SELECT DISTINCT r.hash FROM receipt_link r WHERE r.source = k.source AND r.previous = k.hash LIMIT ${mostNext}) AS next
     FROM unnest($1::text[], $2::text[]) AS k (source, hash)`,
    [pairs.map(([source]) => source), pairs.map(([, hash]) => hash)],
  );
  for (const { source, hash, known, next } of rows) into.set(`${source}\0${hash}`, { known, next });
}

/** Notes the receipts of a batch. One that is there already stays as it is. */
export async function writeReceipts(client: PoolClient, seen: readonly ReceiptSeen[]): Promise<void> {
  await client.query(
    `INSERT INTO receipt_link (source, hash, previous, event_id, event_time)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::timestamptz[]) ON CONFLICT DO NOTHING`,
    [
      seen.map(({ source }) => source),
      seen.map(({ hash }) => hash),
      seen.map(({ previous }) => previous),
      seen.map(({ eventId }) => eventId),
      seen.map(({ eventTime }) => eventTime),
    ],
  );
}
