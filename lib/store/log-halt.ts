import type { Queryable } from './pool';

/** Notes that nothing may be appended to a log, and why; or, with null, that it may again. */
export async function noteHalt(db: Queryable, logId: number, reason: string | null): Promise<void> {
  if (reason === null) await db.query('DELETE FROM log_halt WHERE log_id = $1', [logId]);
  else
    await db.query(
      `INSERT INTO log_halt (log_id, reason) VALUES ($1, $2) ON CONFLICT (log_id) DO UPDATE SET reason = excluded.reason`,
      [logId, reason],
    );
}

/** Why nothing may be appended: the logs' reasons, oldest first. */
export async function readHalts(db: Queryable): Promise<{ logId: number; reason: string; haltedAt: Date }[]> {
  const { rows } = await db.query<{ log_id: number; reason: string; halted_at: Date }>(
    'SELECT log_id, reason, halted_at FROM log_halt ORDER BY halted_at, log_id',
  );
  return rows.map((row) => ({ logId: row.log_id, reason: row.reason, haltedAt: row.halted_at }));
}
