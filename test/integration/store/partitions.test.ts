import type pg from 'pg';
import { expect, test } from 'vitest';
import { createPool } from '@/lib/store/pool';
import { testDatabase } from '../../support/postgres';

const db = testDatabase();

/** `count` sessions of their own, that are open all at once. */
async function withSessions<T>(count: number, work: (clients: pg.PoolClient[]) => Promise<T>): Promise<T> {
  const pool = createPool(db.url, { max: count });
  const clients = await Promise.all(Array.from({ length: count }, () => pool.connect()));
  try {
    return await work(clients);
  } finally {
    for (const client of clients) client.release();
    await pool.end();
  }
}

test.each(['READ COMMITTED', 'REPEATABLE READ'])('writers that need the same days at once all get them (%s)', (level) =>
  withSessions(12, async (clients) => {
    const year = level === 'READ COMMITTED' ? 2031 : 2032;
    for (const client of clients) await client.query(`SET default_transaction_isolation = '${level}'`);
    for (let day = 1; day <= 12; day++) {
      const date = `${year}-03-${String(day).padStart(2, '0')}`;
      await Promise.all(clients.map((client) => client.query('SELECT ensure_event_partition($1::date)', [date])));
    }
    const { rows } = await db.pool.query(
      `SELECT count(*)::int AS partitions, count(tgname)::int AS guards FROM pg_inherits
       LEFT JOIN pg_trigger ON tgrelid = inhrelid AND tgname = 'no_truncate'
       WHERE inhparent = 'event'::regclass AND inhrelid::regclass::text LIKE $1`,
      [`event_${year}%`],
    );
    expect(rows).toEqual([{ partitions: 12, guards: 12 }]);
  }),
);

test('a writer that waited while another made the day finds it made', () =>
  withSessions(2, async ([first, second]) => {
    if (!first || !second) throw new Error('two sessions');
    await first.query('BEGIN');
    await first.query(`SELECT ensure_event_partition('2033-01-01')`);
    const { rows } = await second.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const waiting = second.query(`SELECT ensure_event_partition('2033-01-01')`);
    await expect
      .poll(async () => {
        const state = await db.pool.query('SELECT wait_event_type FROM pg_stat_activity WHERE pid = $1', [
          rows[0]?.pid,
        ]);
        return state.rows[0]?.wait_event_type;
      })
      .toBe('Lock');
    await first.query('COMMIT');
    await waiting;
  }));
