import { describe, expect, test } from 'vitest';
import { observerProof, verifyObserver } from '@/lib/core/provenance/observer';
import { nodeCrypto, sha256 } from '@/lib/platform/crypto';
import { ingestMessages } from '@/lib/services/ingest';
import { processObserverKey } from '@/lib/services/observer';
import { readLeaves } from '@/lib/store/leaves';
import { readLogs } from '@/lib/store/log';
import { leavesOfBatch, observationOf, readObservations } from '@/lib/store/observer-batches';
import { jsonBytes, madeEvent } from '@/test/support/events';
import { testDatabase } from '@/test/support/postgres';

const db = testDatabase();
const send = (count: number) =>
  ingestMessages(
    Array.from({ length: count }, (_, i) => ({
      bytes: jsonBytes(madeEvent()),
      headers: {},
      position: BigInt(i),
      refusal: null,
    })),
    'http',
  );

describe('what comes in unsigned', () => {
  test('is signed batch by batch by the observer key, each entry provable', async () => {
    for (const count of [1, 300, 7]) await send(count);
    const log = (await readLogs(db.pool)).find(({ kind }) => kind === 'http');
    if (!log) throw new Error('no log');
    const batches = await readObservations(db.pool, log.id, 0, 100);
    expect(batches.map(({ from, size }) => [from, size])).toEqual([
      [0, 1],
      [1, 300],
      [301, 7],
    ]);
    const { publicKey } = processObserverKey();
    const leaves = await readLeaves(db.pool, log, 0, log.size);
    for (const index of [0, 1, 2, 150, 255, 256, 257, 300, 301, 307]) {
      const batch = await observationOf(db.pool, log.id, index);
      if (!batch) throw new Error(`no batch has ${index}`);
      const hashes = await leavesOfBatch(db.pool, log, batch);
      const proof = observerProof(sha256, { ...batch, publicKey }, hashes, index);
      const entry = { log: log.origin, index, leafHash: new Uint8Array(leaves[index]?.leafHash as Uint8Array) };
      expect(verifyObserver(nodeCrypto, proof, entry)).toEqual({ ok: true });
    }
    expect(await observationOf(db.pool, log.id, 308)).toBeNull();
  });

  test('a batch without entries is not signed', async () => {
    const before = (await db.pool.query('SELECT count(*)::int AS n FROM observer_batch')).rows[0].n;
    const refused = { bytes: Buffer.from('{"a":'), headers: {}, position: 0n, refusal: null };
    expect(await ingestMessages([refused], 'http')).toMatchObject([{ outcome: 'dead_letter' }]);
    expect((await db.pool.query('SELECT count(*)::int AS n FROM observer_batch')).rows[0].n).toBe(before);
  });
});
