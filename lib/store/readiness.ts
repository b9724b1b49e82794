import type { Pool } from 'pg';
import { pool } from './pool';

const patienceMs = 2_000;

/** Whether the database answers within 2 s and the migrations are in it; by default the process's. */
export async function isReady(database: Pool = pool()): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, patienceMs, false);
  });
  const asked = database
    .query<{ ready: boolean }>(`SELECT to_regclass('audit_entry') IS NOT NULL AS ready`)
    .then(({ rows }) => rows[0]?.ready === true)
    .catch(() => false);
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}
