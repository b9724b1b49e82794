import type { Announced } from '../core/announced';
import type { Tx } from './transaction';

/** PostgreSQL channel on which every commit that screens care about is announced: ids only, never content. */
export const channel = 'custody';

/** Tells every listener, once the transaction commits, that something of this kind changed. */
export async function announce(tx: Tx, kind: Announced, id: string): Promise<void> {
  await tx.query('SELECT pg_notify($1, $2)', [channel, JSON.stringify({ kind, id })]);
}
