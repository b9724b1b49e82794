import type { Pool, PoolClient } from 'pg';
import { pool } from './pool';

export type Tx = PoolClient;

/** Runs `work` in one transaction, on the process's pool unless another is given: all of it is durable on return, or nothing after a throw. */
export async function transaction<T>(work: (tx: Tx) => Promise<T>, on: Pool = pool()): Promise<T> {
  const client = await on.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Whether PostgreSQL refused because of a unique key (SQLSTATE 23505), and, where given, of just that one. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  const { code, constraint: name } = error as { code?: string; constraint?: string };
  return code === '23505' && (constraint === undefined || name === constraint);
}
