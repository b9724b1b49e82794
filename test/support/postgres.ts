import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, inject } from 'vitest';
import { closePool, createPool } from '../../lib/store/pool';
import type { PostgresAnswer } from './servers';

export interface TestDatabase {
  readonly url: string;
  readonly pool: pg.Pool;
}

/**
 * A fresh, migrated database for the test file (or describe) that calls this, dropped at its end.
 * DATABASE_URL names it, so what uses the process's own pool uses it too. Its fields can be read once hooks run, not before.
 */
export function testDatabase(): TestDatabase {
  const name = `test_${randomBytes(6).toString('hex')}`;
  let open: { url: string; pool: pg.Pool; admin: pg.Pool } | undefined;

  beforeAll(async () => {
    const { url: adminUrl, template } = await askServers<PostgresAnswer>('/postgres');
    const admin = createPool(adminUrl, { max: 1 });
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    const url = Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href;
    open = { url, admin, pool: createPool(url) };
    process.env.DATABASE_URL = url;
  });
  afterAll(async () => {
    if (!open) return;
    await closePool();
    await open.pool.end();
    await open.admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await open.admin.end();
  });

  const ready = () => {
    if (!open) throw new Error('the test database is there only in hooks and tests');
    return open;
  };
  return {
    get url() {
      return ready().url;
    },
    get pool() {
      return ready().pool;
    },
  };
}

/** Asks the run's servers (test/support/servers.ts), which start what is asked for. */
export async function askServers<T>(path: string): Promise<T> {
  const response = await fetch(inject('servers') + path);
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as T;
}
