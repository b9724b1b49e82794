import type { Tx } from './transaction';

export interface DeadLetterBytes {
  id: string;
  bytes: Uint8Array;
  /** Of the whole message; `bytes` may be cut. */
  size: number;
  headers: Record<string, string>;
  reason: string;
  via: string;
}

/** True where it was still waiting. */
export async function decideOnDeadLetter(
  tx: Tx,
  change: { id: string; to: 'replayed' | 'discarded'; by: string },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE dead_letter SET status = $2, decided_by = $3, decided_at = now() WHERE id = $1 AND status = 'waiting'`,
    [change.id, change.to, change.by],
  );
  return rowCount === 1;
}

export async function findDeadLetterStatus(tx: Tx, id: string): Promise<string | null> {
  const { rows } = await tx.query<{ status: string }>('SELECT status FROM dead_letter WHERE id = $1', [id]);
  return rows[0]?.status ?? null;
}

export async function readDeadLetter(tx: Tx, id: string): Promise<DeadLetterBytes | null> {
  const { rows } = await tx.query<DeadLetterBytes>(
    'SELECT id, bytes, size, headers, reason, via FROM dead_letter WHERE id = $1',
    [id],
  );
  return rows[0] ?? null;
}
