import type { Queryable } from './pool';

export type EquivocationKind = 'other_root' | 'beyond' | 'refused';

export interface EquivocationRow {
  id: string;
  logId: number;
  size: number;
  kind: EquivocationKind;
  /** Verifier key of a witness, an address, or who handed it in. */
  holder: string;
  /** What they hold: a checkpoint, or a witness's answer. */
  theirs: string;
  /** Our newest checkpoint when it was found. */
  ours: string;
  /** SHA-256 of what makes it the same finding as another. */
  fingerprint: Uint8Array;
}

/** Keeps the evidence; false where the same was kept before. */
export async function insertEquivocation(db: Queryable, row: EquivocationRow): Promise<boolean> {
  const { rowCount } = await db.query(
    `INSERT INTO equivocation (id, log_id, size, kind, holder, theirs, ours, fingerprint)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (fingerprint) DO NOTHING`,
    [row.id, row.logId, row.size, row.kind, row.holder, row.theirs, row.ours, row.fingerprint],
  );
  return rowCount === 1;
}
