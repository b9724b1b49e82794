import type { RegistryEntry } from '../core/provenance/key-registry';
import type { Queryable } from './pool';

/** A key entry with the id under which the audit screen shows it. */
export type StoredKeyEntry = RegistryEntry & { id: string };

/** The key registry: all key entries of the console's log, oldest first. */
export async function readKeyEntries(db: Queryable): Promise<StoredKeyEntry[]> {
  const { rows } = await db.query<{ id: string; index: string; body: string }>(
    `SELECT id::text, log_index AS index, body FROM audit_entry WHERE starts_with(action, 'source_key.') ORDER BY log_index`,
  );
  return rows.map(({ id, index, body }) => ({ id, index: Number(index), body: JSON.parse(body) as unknown }));
}

/** Changes whenever the keys' rows do. */
export async function keyRowsMark(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ mark: string }>(
    `SELECT count(*) || ' ' || coalesce(md5(string_agg(md5(source_key::text), '' ORDER BY kid)), '') AS mark FROM source_key`,
  );
  return rows[0]?.mark as string;
}
