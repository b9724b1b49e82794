import type { Pool } from 'pg';

/** Takes or keeps the lease of a job for `ms`; false while another process holds it. The database's clock counts. */
export async function holdLease(pool: Pool, job: string, holder: string, ms: number): Promise<boolean> {
  const { rowCount } = await pool.query(
    `INSERT INTO job_lease (job, holder, expires_at) VALUES ($1, $2, now() + $3 * interval '1 millisecond')
     ON CONFLICT (job) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
     WHERE job_lease.holder = excluded.holder OR job_lease.expires_at < now()`,
    [job, holder, ms],
  );
  return rowCount === 1;
}

/** Notes how the job's last run ended; `error` null: well. */
export async function noteRun(pool: Pool, job: string, holder: string, error: string | null): Promise<void> {
  await pool.query(`UPDATE job_lease SET last_run = now(), last_error = $3 WHERE job = $1 AND holder = $2`, [
    job,
    holder,
    error,
  ]);
}
