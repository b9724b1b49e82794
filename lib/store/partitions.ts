import type { Pool } from 'pg';

/** Days (`YYYY-MM-DD`, UTC) whose partitions are known to be there; one set for each process. */
export type KnownDays = Set<string>;

/**
 * Makes the event partitions of `days` that are missing. Outside of any transaction of ours: creating one locks the
 * parent table until its transaction ends.
 */
export async function ensurePartitions(pool: Pool, days: Iterable<string>, known: KnownDays): Promise<void> {
  for (const day of days) {
    if (known.has(day)) continue;
    await pool.query('SELECT ensure_event_partition($1::date)', [day]);
    known.add(day);
  }
}

/** The day of `now` (milliseconds) and the two after it, so that no event waits for its partition at midnight. */
export const comingDays = (now: number): string[] =>
  [0, 1, 2].map((ahead) => new Date(now + ahead * 86_400_000).toISOString().slice(0, 10));
