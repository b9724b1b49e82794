import type { Pool } from 'pg';

/**
 * Forgets the prints and edges of days whose events are gone by retention. Days that still have events, because somebody holds them,
 * stay. Yesterday and today are left alone: content that was sent before midnight belongs to an event after it.
 */
export async function forgetGone(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string; day: string }>(
    `SELECT relname AS name, to_char(day, 'YYYY-MM-DD') AS day
     FROM (SELECT relname, to_date(right(relname, 8), 'YYYYMMDD') AS day FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
           WHERE inhparent = 'context_print'::regclass) AS kept
     WHERE day < (now() AT TIME ZONE 'UTC')::date - 1
       AND to_regclass('event_' || to_char(day, 'YYYYMMDD')) IS NULL AND to_regclass('event_' || to_char(day + 1, 'YYYYMMDD')) IS NULL
     ORDER BY day`,
  );
  for (const { name, day } of rows) {
    // Its name is ours: `context_print_` and eight digits.
    if (/^context_print_\d{8}$/.test(name)) await pool.query(`DROP TABLE ${name}`);
    await pool.query(
      `DELETE FROM context_edge WHERE from_time >= ($1 || ' 00:00:00+00')::timestamptz AND from_time < ($1 || ' 00:00:00+00')::timestamptz + interval '1 day'
         OR to_time >= ($1 || ' 00:00:00+00')::timestamptz AND to_time < ($1 || ' 00:00:00+00')::timestamptz + interval '1 day'`,
      [day],
    );
  }
}
