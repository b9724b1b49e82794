import pg from 'pg';
import { env } from '../platform/env';

/** Anything that queries: the pool, or a transaction's client. */
export type Queryable = pg.Pool | pg.ClientBase;

export interface PoolOptions {
  /** Most connections at once. */
  max?: number;
  /** Shown in pg_stat_activity. */
  name?: string;
}

/** A pool on `url`. An idle connection that the server drops is replaced silently; a query on it rejects. */
export function createPool(url: string, { max = 10, name = 'custody' }: PoolOptions = {}): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: name,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  pool.on('error', () => {});
  // One that is out at work when the server goes away: its query rejects, and without a listener the process would end too.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

// Next reloads modules in development, and bundles them once per route: one pool for the process all the same.
const shared = globalThis as { custodyPool?: pg.Pool };

/** The process's pool on DATABASE_URL. */
export function pool(): pg.Pool {
  shared.custodyPool ??= createPool(env().DATABASE_URL);
  return shared.custodyPool;
}

/** Closes the process's pool, at the end. */
export async function closePool(): Promise<void> {
  const open = shared.custodyPool;
  shared.custodyPool = undefined;
  await open?.end();
}
