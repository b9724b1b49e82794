import type { Pool } from 'pg';
import type { Queryable } from './pool';
import type { Tx } from './transaction';

/** What this installation has to say and is not in a log yet. */
export interface OwnEventRow {
  id: string;
  /** RFC 3339 in UTC with milliseconds. */
  time: string;
  /** Whole, with `mcp.audit.` and `.v1`. */
  type: string;
  subject: string | null;
  /** Canonical JSON. */
  data: string;
  /** The signed event as it is taken in; null until it has its place in the chain. */
  sealed: string | null;
}

export async function insertOwnEvent(tx: Tx, row: Omit<OwnEventRow, 'sealed'>): Promise<void> {
  await tx.query('INSERT INTO own_event (id, time, type, subject, data) VALUES ($1, $2, $3, $4, $5)', [
    row.id,
    row.time,
    row.type,
    row.subject,
    row.data,
  ]);
}

/** Those that have their place in the chain, or those that have none yet; oldest first. */
export async function readOwnEvents(db: Queryable, sealed: boolean, limit: number): Promise<OwnEventRow[]> {
  const { rows } = await db.query<OwnEventRow & { time: Date }>(
    `SELECT id::text, time, type, subject, data, sealed FROM own_event
     WHERE sealed IS ${sealed ? 'NOT NULL' : 'NULL'} ORDER BY place LIMIT $1`,
    [limit],
  );
  return rows.map((row) => ({ ...row, time: row.time.toISOString() }));
}

/** Gives each its sealed form, or takes it away again (null), with the time and data that it has in it; all or none. */
export async function sealOwnEvents(
  db: Queryable,
  rows: Pick<OwnEventRow, 'id' | 'time' | 'data' | 'sealed'>[],
): Promise<void> {
  await db.query(
    `UPDATE own_event o SET sealed = s.sealed, time = s.time, data = s.data
     FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[]) AS s (id, sealed, time, data) WHERE o.id = s.id`,
    [
      rows.map(({ id }) => id),
      rows.map(({ sealed }) => sealed),
      rows.map(({ time }) => time),
      rows.map(({ data }) => data),
    ],
  );
}

/** Which of them a log holds already. */
export async function loggedOwnEvents(db: Queryable, rows: OwnEventRow[]): Promise<Set<string>> {
  const found = await db.query<{ id: string }>(
    'SELECT e.id::text FROM unnest($1::uuid[], $2::timestamptz[]) AS k (id, time) JOIN event e USING (id, time)',
    [rows.map(({ id }) => id), rows.map(({ time }) => time)],
  );
  return new Set(found.rows.map(({ id }) => id));
}

export async function deleteOwnEvents(db: Queryable, ids: string[]): Promise<void> {
  await db.query('DELETE FROM own_event WHERE id = ANY ($1::uuid[])', [ids]);
}

/** Where the chain of this source and epoch ends; null where it has not begun. */
export async function chainEnd(
  db: Queryable,
  source: string,
  epoch: string,
): Promise<{ sequence: bigint; hash: string } | null> {
  const { rows } = await db.query<{ sequence: string; hash: string }>(
    'SELECT head_sequence AS sequence, head_hash AS hash FROM source_chain WHERE source = $1 AND epoch = $2',
    [source, epoch],
  );
  return rows[0] ? { sequence: BigInt(rows[0].sequence), hash: rows[0].hash } : null;
}

/** Runs `work` unless another process is at it; false: one is. */
export async function aloneWithOwnEvents(pool: Pool, work: () => Promise<void>): Promise<boolean> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    const { rows } = await client.query<{ got: boolean }>(
      `SELECT pg_try_advisory_lock(hashtext('custody_own_events')) AS got`,
    );
    if (rows[0]?.got !== true) return false;
    try {
      await work();
    } finally {
      await client.query(`SELECT pg_advisory_unlock(hashtext('custody_own_events'))`).catch((error: Error) => {
        broken = error;
      });
    }
    return true;
  } finally {
    client.release(broken);
  }
}
