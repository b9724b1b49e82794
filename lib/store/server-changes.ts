import type { Tx } from './transaction';

export type ServerDecision = 'unlisted' | 'approved' | 'denied';

/** True where the server still stood at `from`. */
export async function decideOnServer(
  tx: Tx,
  change: { key: string; from: ServerDecision; to: ServerDecision; reason: string; by: string },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE server SET decision = $3, reason = $4, decided_by = $5, decided_at = now() WHERE key = $1 AND decision = $2`,
    [change.key, change.from, change.to, change.reason, change.by],
  );
  return rowCount === 1;
}

export async function findServerDecision(tx: Tx, key: string): Promise<ServerDecision | null> {
  const { rows } = await tx.query<{ decision: ServerDecision }>('SELECT decision FROM server WHERE key = $1', [key]);
  return rows[0]?.decision ?? null;
}
