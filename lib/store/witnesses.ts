import { checkpointOfSize, latestCheckpoint, type StoredCheckpoint } from './checkpoint';
import type { Queryable } from './pool';

export interface StoredCosignature {
  logId: number;
  size: number;
  /** Verifier key of the witness. */
  witness: string;
  /** Line of the note, with its newline. */
  line: string;
  /** Seconds since 1970, as the witness says. */
  time: number;
}

/** Keeps a cosignature that verifies. The first one of a witness over a checkpoint stays. */
export async function insertCosignature(
  db: Queryable,
  { logId, size, witness, line, time }: StoredCosignature,
): Promise<void> {
  await db.query(
    `INSERT INTO cosignature (log_id, size, witness, line, cosigned_at) VALUES ($1, $2, $3, $4, to_timestamp($5))
     ON CONFLICT (log_id, size, witness) DO NOTHING`,
    [logId, size, witness, line, time],
  );
}

/** The newest size that a witness has cosigned; 0 where there is none. */
export async function lastCosigned(db: Queryable, logId: number, witness: string): Promise<number> {
  const { rows } = await db.query<{ size: string }>(
    'SELECT size FROM cosignature WHERE log_id = $1 AND witness = $2 ORDER BY size DESC LIMIT 1',
    [logId, witness],
  );
  return Number(rows[0]?.size ?? 0);
}

/** The checkpoint's note with the lines of those who cosigned it. */
export async function cosignedNote(db: Queryable, { logId, size, note }: StoredCheckpoint): Promise<string> {
  const { rows } = await db.query<{ line: string }>(
    'SELECT line FROM cosignature WHERE log_id = $1 AND size = $2 ORDER BY received_at, witness',
    [logId, size],
  );
  return note + rows.map(({ line }) => line).join('');
}

/**
 * The checkpoint that a log publishes, with its cosignatures: the newest that meets the witness policy; without a policy, or before
 * one meets it, the newest of all. Null where none is signed yet.
 */
export async function publishedCheckpoint(db: Queryable, logId: number): Promise<StoredCheckpoint | null> {
  const { rows } = await db.query<{ size: string | null }>('SELECT size FROM policy_status WHERE log_id = $1', [logId]);
  const size = rows[0]?.size;
  return withCosignatures(
    db,
    size ? await checkpointOfSize(db, logId, Number(size)) : await latestCheckpoint(db, logId),
  );
}

/** The checkpoint to prove an entry by, with its cosignatures: the published one where it covers the entry, else the newest. */
export async function anchorCheckpoint(db: Queryable, logId: number, index: number): Promise<StoredCheckpoint | null> {
  const published = await publishedCheckpoint(db, logId);
  if (published && published.size > index) return published;
  return withCosignatures(db, await latestCheckpoint(db, logId));
}

const withCosignatures = async (db: Queryable, checkpoint: StoredCheckpoint | null): Promise<StoredCheckpoint | null> =>
  checkpoint && { ...checkpoint, note: await cosignedNote(db, checkpoint) };

/** Notes how asking a witness or a timestamp authority went; `error` null: well. `anchor`: its verifier key or address. */
export async function noteAsked(db: Queryable, logId: number, anchor: string, error: string | null): Promise<void> {
  await db.query(
    `INSERT INTO anchor_status (log_id, anchor, asked_at, failing_since, error)
     VALUES ($1, $2, now(), CASE WHEN $3::text IS NOT NULL THEN now() END, $3)
     ON CONFLICT (log_id, anchor) DO UPDATE SET asked_at = now(), error = excluded.error,
       failing_since = CASE WHEN $3::text IS NOT NULL THEN coalesce(anchor_status.failing_since, now()) END`,
    [logId, anchor, error],
  );
}

/** Notes whether the checkpoint of this size, about which the witnesses were asked, meets the policy. */
export async function notePolicy(db: Queryable, logId: number, size: number, met: boolean): Promise<void> {
  await db.query(
    `INSERT INTO policy_status AS status (log_id, met, since, size) VALUES ($1, $2, now(), CASE WHEN $2 THEN $3::int8 END)
     ON CONFLICT (log_id) DO UPDATE SET met = $2, size = CASE WHEN $2 THEN $3 ELSE status.size END,
       since = CASE WHEN status.met = $2 THEN status.since ELSE now() END`,
    [logId, met, size],
  );
}

/** Without a policy there is none to meet. */
export async function forgetPolicy(db: Queryable): Promise<void> {
  await db.query('DELETE FROM policy_status');
}
