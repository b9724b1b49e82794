import type { AlertStatus } from '../core/alert/triage';
import { addAlertActivity, moveAlert } from './alert-changes';
import { announce } from './announce';
import { appendAudit } from './audit-log';
import type { Tx } from './transaction';

/** A time in which a source's heartbeats were missing. */
export interface Silence {
  source: string;
  epoch: string;
  since: Date;
  /** Of the alert about it. */
  dedupKey: string;
  until: Date | null;
  /** Did what it recorded meanwhile come late? */
  caughtUp: boolean | null;
}

export async function insertSilence(
  tx: Tx,
  silence: Pick<Silence, 'source' | 'epoch' | 'since' | 'dedupKey'> & { sequence: bigint | null; eventId: string },
): Promise<void> {
  await tx.query(
    `INSERT INTO source_silence (source, epoch, since, sequence, event_id, dedup_key) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT DO NOTHING`,
    [silence.source, silence.epoch, silence.since, silence.sequence, silence.eventId, silence.dedupKey],
  );
}

/** Silences that go on, or that ended and whose alert does not say so yet. */
export async function openSilences(tx: Tx): Promise<Silence[]> {
  const { rows } = await tx.query<Silence>(
    `SELECT source, epoch, since, dedup_key AS "dedupKey", until, caught_up AS "caughtUp"
     FROM source_silence WHERE NOT told FOR UPDATE`,
  );
  return rows;
}

export async function endSilence(
  tx: Tx,
  { source, epoch, since }: Pick<Silence, 'source' | 'epoch' | 'since'>,
  { until, caughtUp }: { until: Date; caughtUp: boolean },
): Promise<void> {
  await tx.query(
    'UPDATE source_silence SET until = $4, caught_up = $5 WHERE source = $1 AND epoch = $2 AND since = $3',
    [source, epoch, since, until, caughtUp],
  );
}

/**
 * Says in the alert of a silence that it is over, and resolves it where nobody has begun to work on it. False: there is no such alert
 * yet. At the end of the transaction: it writes an audit entry.
 */
export async function tellSilenceOver(tx: Tx, silence: Silence, words: string): Promise<boolean> {
  const { rows } = await tx.query<{ id: string; status: AlertStatus }>(
    `SELECT id, status FROM alert WHERE dedup_key = $1 ORDER BY created_at DESC LIMIT 1 FOR UPDATE`,
    [silence.dedupKey],
  );
  const [alert] = rows;
  if (!alert) return false;
  await tx.query('UPDATE source_silence SET told = true WHERE source = $1 AND epoch = $2 AND since = $3', [
    silence.source,
    silence.epoch,
    silence.since,
  ]);
  const entry = { alertId: alert.id, actor: 'system', body: words };
  await announce(tx, 'alert', alert.id);
  if (alert.status !== 'new') {
    await addAlertActivity(tx, { ...entry, kind: 'comment' });
    return true;
  }
  const resolution = silence.caughtUp ? 'benign' : 'true_positive';
  await moveAlert(tx, { id: alert.id, from: 'new', to: 'resolved', resolution });
  await addAlertActivity(tx, { ...entry, kind: 'status', body: `resolved: ${resolution}: ${words}` });
  await appendAudit(tx, {
    actor: 'system',
    role: 'system',
    action: 'alert.set_status',
    target: `alert:${alert.id}`,
    detail: { before: { status: 'new' }, after: { status: 'resolved', resolution }, reason: words },
  });
  return true;
}
