import { pool } from './pool';
import type { Tx } from './transaction';

export interface SourceKeyRow {
  kid: string;
  publicKey: Uint8Array;
  source: string;
  revokedAt: Date | null;
}

/** The source's keys. Nobody else can add one to it until the transaction ends. */
export async function lockSourceKeys(tx: Tx, source: string): Promise<SourceKeyRow[]> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtext('source_key'), hashtext($1))`, [source]);
  const { rows } = await tx.query<SourceKeyRow>(
    `SELECT kid, public_key AS "publicKey", source, revoked_at AS "revokedAt" FROM source_key WHERE source = $1`,
    [source],
  );
  return rows;
}

/** How many of the newest events are looked at: no index finds a source's. */
const newest = 20_000;

/** Whether the source sends without signature: a chain of it came so, or one of the newest events of all. */
export async function sendsUnsigned(tx: Tx, source: string): Promise<boolean> {
  const { rows } = await tx.query<{ unsigned: boolean }>(
    `SELECT EXISTS (SELECT FROM source_chain WHERE source = $1 AND kid IS NULL) OR EXISTS (
       SELECT FROM (SELECT source, kid FROM event ORDER BY time DESC LIMIT ${newest}) AS newest
       WHERE source = $1 AND kid IS NULL) AS unsigned`,
    [source],
  );
  return rows[0]?.unsigned === true;
}

/** False where the kid is there already. */
export async function insertSourceKey(
  tx: Tx,
  key: { kid: string; publicKey: Uint8Array; source: string; addedBy: string },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `INSERT INTO source_key (kid, public_key, source, added_by) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
    [key.kid, key.publicKey, key.source, key.addedBy],
  );
  return rowCount === 1;
}

/** The source it signed for, or null where there is no such key that is not revoked yet. */
export async function revokeSourceKeyRow(tx: Tx, kid: string): Promise<string | null> {
  const { rows } = await tx.query<{ source: string }>(
    'UPDATE source_key SET revoked_at = now() WHERE kid = $1 AND revoked_at IS NULL RETURNING source',
    [kid],
  );
  return rows[0]?.source ?? null;
}

/** All keys, by source, newest first. */
export async function listSourceKeys(): Promise<(SourceKeyRow & { addedBy: string; addedAt: Date })[]> {
  const { rows } = await pool().query<SourceKeyRow & { addedBy: string; addedAt: Date }>(
    `SELECT kid, public_key AS "publicKey", source, revoked_at AS "revokedAt", added_by AS "addedBy", added_at AS "addedAt"
     FROM source_key ORDER BY source, added_at DESC`,
  );
  return rows;
}
