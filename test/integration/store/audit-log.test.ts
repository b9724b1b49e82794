import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { toHex } from '@/lib/core/provenance/bytes';
import { hashLeaf } from '@/lib/core/provenance/leaf';
import { LogStateError } from '@/lib/core/provenance/log-writer';
import { rootOf } from '@/lib/core/provenance/merkle';
import { sha256 } from '@/lib/platform/crypto';
import { appendAudit, auditLeaf } from '@/lib/store/audit-log';
import { ensureLog } from '@/lib/store/log';
import { testDatabase } from '../../support/postgres';

const database = testDatabase();

async function inTransaction<T>(work: (client: import('pg').PoolClient) => Promise<T>): Promise<T> {
  const client = await database.pool.connect();
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

const act = (target: string = randomUUID()) => ({
  actor: 'a@example.org',
  role: 'admin',
  action: 'server.approve',
  target,
  detail: { reason: 'known "one"', at: new Date(0), none: undefined },
});

async function leavesOf() {
  const { rows } = await database.pool.query('SELECT * FROM audit_entry ORDER BY log_index');
  return rows;
}

describe('appendAudit', () => {
  it('appends leaves to the console log, past a complete tile, by several writers at once', async () => {
    const target = randomUUID();
    for (let round = 0; round < 13; round++) {
      await Promise.all(Array.from({ length: 20 }, () => inTransaction((tx) => appendAudit(tx, act(target)))));
    }
    const rows = await leavesOf();
    expect(rows.map((row) => Number(row.log_index))).toEqual(rows.map((_, i) => i));
    for (const row of rows) {
      expect(toHex(sha256(row.body))).toBe(toHex(row.event_hash));
      expect(toHex(hashLeaf(sha256, auditLeaf(row.id, row.event_hash, row.time.toISOString())))).toBe(
        toHex(row.leaf_hash),
      );
      expect(JSON.parse(row.body)).toMatchObject({
        target,
        detail: { reason: 'known "one"', at: '1970-01-01T00:00:00.000Z' },
      });
    }
    const head = await ensureLog(database.pool, { kind: 'console' });
    expect(head.size).toBe(260);
    expect(toHex(head.root)).toBe(
      toHex(
        rootOf(
          sha256,
          rows.map((row) => row.leaf_hash),
        ),
      ),
    );
    const tiles = await database.pool.query('SELECT level, index, hashes, root FROM log_tile WHERE log_id = $1', [
      head.id,
    ]);
    expect(tiles.rows).toHaveLength(1);
    expect(toHex(tiles.rows[0].root)).toBe(
      toHex(
        rootOf(
          sha256,
          rows.slice(0, 256).map((row) => row.leaf_hash),
        ),
      ),
    );
  });

  it('leaves nothing behind when the caller fails', async () => {
    const before = (await ensureLog(database.pool, { kind: 'console' })).size;
    await expect(
      inTransaction(async (tx) => {
        await appendAudit(tx, act());
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect((await ensureLog(database.pool, { kind: 'console' })).size).toBe(before);
    expect(await leavesOf()).toHaveLength(before);
  });

  it('refuses to append to a log that somebody changed', async () => {
    await inTransaction((tx) => appendAudit(tx, act()));
    await database.pool.query('ALTER TABLE audit_entry DISABLE TRIGGER USER');
    const last = (await leavesOf()).at(-1);
    await database.pool.query('UPDATE audit_entry SET leaf_hash = $2 WHERE id = $1', [last.id, sha256('other')]);
    await expect(inTransaction((tx) => appendAudit(tx, act()))).rejects.toThrow(LogStateError);
    await database.pool.query('UPDATE audit_entry SET leaf_hash = $2 WHERE id = $1', [last.id, last.leaf_hash]);
    await inTransaction((tx) => appendAudit(tx, act()));
  });
});
