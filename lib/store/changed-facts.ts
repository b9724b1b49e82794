import type { Pool } from 'pg';

/** What people decided and others stored, and the judge's threads may remember otherwise. */
export interface ChangedFacts {
  servers: { key: string; decision: 'unlisted' | 'approved' | 'denied' }[];
  /** Definitions that were stored, by whichever process. */
  definitions: { server: string; tool: string; hash: string }[];
  /** Keys were enrolled or revoked. */
  keys: boolean;
  /** Pseudonyms of subjects who were erased. */
  erased: string[];
  /** The database's time of the look, to be handed in next time. */
  at: string;
}

/** Decisions, definitions, keys and erasures that are newer than `since` (null: none are). Looks a little further back, for transactions that took long. */
export async function readChangedFacts(pool: Pool, since: string | null): Promise<ChangedFacts> {
  const { rows } = await pool.query<ChangedFacts>(
    `SELECT now()::text AS at,
       coalesce((SELECT json_agg(json_build_object('key', key, 'decision', decision)) FROM server
         WHERE decided_at > $1::timestamptz - interval '5 seconds'), '[]') AS servers,
       coalesce((SELECT json_agg(json_build_object('server', server, 'tool', tool, 'hash', hash)) FROM tool_definition
         WHERE stored_at > $1::timestamptz - interval '5 seconds'), '[]') AS definitions,
       EXISTS (SELECT FROM source_key WHERE greatest(added_at, revoked_at, released_at) > $1::timestamptz - interval '5 seconds') AS keys,
       coalesce((SELECT json_agg(id) FROM data_subject WHERE erased_at > $1::timestamptz - interval '5 seconds'), '[]') AS erased`,
    [since],
  );
  return rows[0] as ChangedFacts;
}
