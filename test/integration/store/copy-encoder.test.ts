import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from } from 'pg-copy-streams';
import { expect, test } from 'vitest';
import type { EventRow } from '@/lib/core/judge/contract';
import { EventCopy, eventColumns } from '@/lib/store/copy-encoder';
import { testDatabase } from '../../support/postgres';

const db = testDatabase();

const row: EventRow = {
  time: '2026-01-31T12:00:00.123Z',
  id: '018f0000-0000-7000-8000-000000000001',
  logIndex: 2 ** 33 + 1,
  recordedAt: '2026-01-31T12:00:01.000Z',
  source: 'urn:test',
  epoch: null,
  sequence: null,
  kid: null,
  type: 'mcp.audit.rpc.tools_call.v1',
  method: null,
  server: null,
  tool: null,
  actor: null,
  agent: null,
  client: null,
  session: null,
  trace: null,
  status: 'success',
  errorCode: -1,
  durationUs: null,
  bytesIn: null,
  bytesOut: null,
  format: 'native',
  assertion: 'reported',
  vantage: 'client',
  generated: false,
  severity: 0,
  registry: null,
  prints: null,
  rawHash: null,
  eventHash: 'ab'.repeat(32),
  leafHash: new Uint8Array(32),
  body: Buffer.from('{}'),
};

test('numbers of every kind and lists of them reach their columns as they are', async () => {
  const copy = new EventCopy(7, new ArrayBuffer(64));
  const id = (n: number) => `018f0000-0000-7000-8000-00000000000${n}`;
  const prints = [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n)];
  copy.add({ ...row, registry: 2 ** 40, prints });
  copy.add({ ...row, id: id(2), prints: [] });
  copy.add({ ...row, id: id(3), vantage: null, prints: Array.from({ length: 2000 }, (_, i) => BigInt(i)) });
  const client = await db.pool.connect();
  try {
    await client.query(`SELECT ensure_event_partition('2026-01-31')`);
    await pipeline(
      Readable.from([Buffer.from(copy.finish())]),
      client.query(from(`COPY event (${eventColumns}) FROM STDIN (FORMAT binary)`)),
    );
  } finally {
    client.release();
  }
  const { rows } = await db.pool.query(
    `SELECT log_id, log_index, error_code, vantage, registry, prints[1:4] AS prints, cardinality(prints) AS count
     FROM event ORDER BY id`,
  );
  const same = { log_id: 7, log_index: String(2 ** 33 + 1), error_code: -1 };
  expect(rows).toEqual([
    { ...same, vantage: 'client', registry: String(2 ** 40), prints: prints.map(String), count: 4 },
    { ...same, vantage: 'client', registry: null, prints: [], count: 0 },
    { ...same, vantage: null, registry: null, prints: ['0', '1', '2', '3'], count: 2000 },
  ]);
});
