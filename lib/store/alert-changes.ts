import { randomUUID } from 'node:crypto';
import type { AlertStatus, Resolution } from '../core/alert/triage';
import type { Tx } from './transaction';

export interface AlertState {
  id: string;
  status: AlertStatus;
  resolution: Resolution | null;
  assignee: string | null;
}

export async function findAlertState(tx: Tx, id: string): Promise<AlertState | null> {
  const { rows } = await tx.query<AlertState>('SELECT id, status, resolution, assignee FROM alert WHERE id = $1', [id]);
  return rows[0] ?? null;
}

/** True where the alert still had the status `from`. Throws SQLSTATE 23505 where another open alert has the same dedup key. */
export async function moveAlert(
  tx: Tx,
  change: { id: string; from: AlertStatus; to: AlertStatus; resolution: Resolution | null },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    'UPDATE alert SET status = $3, resolution = $4, updated_at = now() WHERE id = $1 AND status = $2',
    [change.id, change.from, change.to, change.resolution],
  );
  return rowCount === 1;
}

/** True where the alert still had the assignee `from`. */
export async function assignAlert(
  tx: Tx,
  change: { id: string; from: string | null; to: string | null },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    'UPDATE alert SET assignee = $3, updated_at = now() WHERE id = $1 AND assignee IS NOT DISTINCT FROM $2',
    [change.id, change.from, change.to],
  );
  return rowCount === 1;
}

export async function addAlertActivity(
  tx: Tx,
  activity: { alertId: string; actor: string; kind: 'comment' | 'status' | 'assignee'; body: string },
): Promise<string> {
  const id = randomUUID();
  await tx.query('INSERT INTO alert_activity (id, alert_id, actor, kind, body) VALUES ($1, $2, $3, $4, $5)', [
    id,
    activity.alertId,
    activity.actor,
    activity.kind,
    activity.body,
  ]);
  return id;
}
