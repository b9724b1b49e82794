import { pool, type Queryable } from './pool';
import type { Tx } from './transaction';

export interface SourceKeyRow {
  kid: string;
  publicKey: Uint8Array;
  source: string;
  addedBy: string;
  addedAt: Date;
  /** Of its entry in the console's log; the same of what follows. */
  addedIndex: number;
  /** Kid of the key that takes its place. */
  replacedBy: string | null;
  replacedAt: Date | null;
  revokedAt: Date | null;
  revokedIndex: number | null;
  compromisedSince: Date | null;
  /** The source may send unsigned again. */
  releasedAt: Date | null;
  releasedIndex: number | null;
}

/** SQL: entries of the console's log up to and including the newest that says something of a key; 0: none does. */
export const registrySize = '(SELECT coalesce(max(newest_index) + 1, 0) FROM source_key)';

/** Locks the key registry until the transaction ends, so that each entry can name the one before it. Answers its size. */
export async function lockKeyRegistry(tx: Tx): Promise<number> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtext('custody_key_registry'))`);
  const { rows } = await tx.query<{ size: string }>(`SELECT ${registrySize} AS size`);
  return Number(rows[0]?.size);
}

const columns = `kid, public_key AS "publicKey", source, added_by AS "addedBy", added_at AS "addedAt",
  added_index::float8 AS "addedIndex", replaced_by AS "replacedBy", replaced_at AS "replacedAt", revoked_at AS "revokedAt",
  revoked_index::float8 AS "revokedIndex", compromised_since AS "compromisedSince", released_at AS "releasedAt",
  released_index::float8 AS "releasedIndex"`;

async function read(db: Queryable, where: string, ...values: unknown[]): Promise<SourceKeyRow[]> {
  const { rows } = await db.query<SourceKeyRow>(`SELECT ${columns} FROM source_key ${where}`, values);
  return rows;
}

/** The source's keys, oldest first. */
export const keysOfSource = (db: Queryable, source: string): Promise<SourceKeyRow[]> =>
  read(db, 'WHERE source = $1 ORDER BY added_index', source);

/** The key, or null. */
export const readSourceKey = async (db: Queryable, kid: string): Promise<SourceKeyRow | null> =>
  (await read(db, 'WHERE kid = $1', kid))[0] ?? null;

/** All keys, by source, newest first. */
export const allSourceKeys = (db: Queryable): Promise<SourceKeyRow[]> => read(db, 'ORDER BY source, added_index DESC');
export const listSourceKeys = (): Promise<SourceKeyRow[]> => allSourceKeys(pool());

/** Keys in force whose place another took before `before`. */
export const replacedKeys = (tx: Tx, before: Date): Promise<SourceKeyRow[]> =>
  read(tx, 'WHERE revoked_at IS NULL AND replaced_at < $1 ORDER BY replaced_at', before);

/** How many of the newest events are looked at: no index finds a source's. */
const newest = 20_000;

/** Whether the source is known to send (`any`), and to send without signature: a chain of it, or one of the newest events of all. */
export async function sourceSends(tx: Tx, source: string): Promise<{ any: boolean; unsigned: boolean }> {
  const { rows } = await tx.query<{ any: boolean; unsigned: boolean }>(
    `SELECT count(*) > 0 AS any, coalesce(bool_or(kid IS NULL), false) AS unsigned FROM (
       SELECT kid FROM source_chain WHERE source = $1 UNION ALL
       SELECT kid FROM (SELECT source, kid FROM event ORDER BY time DESC LIMIT ${newest}) AS newest WHERE source = $1) AS sent`,
    [source],
  );
  return rows[0] as { any: boolean; unsigned: boolean };
}

/** False where the kid is there already. `index`: of the entry in the console's log. */
export async function insertSourceKey(
  tx: Tx,
  key: { kid: string; publicKey: Uint8Array; source: string; addedBy: string; index: number },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `INSERT INTO source_key (kid, public_key, source, added_by, added_index, newest_index) VALUES ($1, $2, $3, $4, $5, $5)
     ON CONFLICT DO NOTHING`,
    [key.kid, key.publicKey, key.source, key.addedBy, key.index],
  );
  return rowCount === 1;
}

export async function markReplaced(tx: Tx, kid: string, by: string, index: number): Promise<void> {
  await tx.query('UPDATE source_key SET replaced_by = $2, replaced_at = now(), newest_index = $3 WHERE kid = $1', [
    kid,
    by,
    index,
  ]);
}

/** Takes the key out of force; one that is, stays so from when it was, and may turn out to be compromised, or earlier so. */
export async function markRevoked(
  tx: Tx,
  kid: string,
  { index, compromisedSince }: { index: number; compromisedSince: Date | null },
): Promise<void> {
  await tx.query(
    `UPDATE source_key SET revoked_at = coalesce(revoked_at, now()), revoked_index = coalesce(revoked_index, $2),
       compromised_since = least(compromised_since, $3), newest_index = $2 WHERE kid = $1`,
    [kid, index, compromisedSince],
  );
}

export async function markReleased(tx: Tx, source: string, index: number): Promise<void> {
  await tx.query(
    'UPDATE source_key SET released_at = now(), released_index = $2, newest_index = $2 WHERE source = $1 AND released_at IS NULL',
    [source, index],
  );
}
