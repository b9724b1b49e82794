import { pool } from './pool';
import { timeText } from './time-text';
import type { Tx } from './transaction';

export interface RetentionSetting {
  /** null: for ever. */
  days: number | null;
  changedBy: string | null;
  changedAt: string | null;
}

/** For how many days events are kept. */
export async function readRetention(on: Pick<Tx, 'query'> = pool()): Promise<RetentionSetting> {
  const { rows } = await on.query<RetentionSetting>(
    `SELECT days, changed_by AS "changedBy", ${timeText('changed_at')} AS "changedAt" FROM retention_setting`,
  );
  return rows[0] ?? { days: null, changedBy: null, changedAt: null };
}

/** The days, which nobody else changes until the transaction ends. */
export async function lockRetention(tx: Tx): Promise<number | null> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtext('custody_retention'))`);
  return (await readRetention(tx)).days;
}

export async function writeRetention(tx: Tx, days: number | null, by: string): Promise<void> {
  await tx.query(
    `INSERT INTO retention_setting (days, changed_by) VALUES ($1, $2)
     ON CONFLICT (one) DO UPDATE SET days = excluded.days, changed_by = excluded.changed_by, changed_at = now()`,
    [days, by],
  );
}

export interface Drop {
  id: string;
  day: string;
  events: number;
  keptDays: number;
  droppedAt: string;
}

/** Days that retention took away, the last one first; not those that were empty. */
export async function listDrops(limit: number): Promise<Drop[]> {
  const { rows } = await pool().query<Drop>(
    `SELECT id, to_char(day, 'YYYY-MM-DD') AS day, events::float8 AS events, kept_days AS "keptDays", ${timeText('dropped_at')} AS "droppedAt"
     FROM retention_drop WHERE events > 0 OR sealed_values > 0 ORDER BY dropped_at DESC, id LIMIT $1`,
    [limit],
  );
  return rows;
}
