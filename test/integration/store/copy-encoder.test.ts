import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
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

async function store(copy: EventCopy): Promise<void> {
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
}

test('numbers of every kind and lists of them reach their columns as they are', async () => {
  const copy = new EventCopy(7, new ArrayBuffer(64));
  const id = (n: number) => `018f0000-0000-7000-8000-00000000000${n}`;
  const prints = [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n)];
  copy.add({ ...row, registry: 2 ** 40, prints });
  copy.add({ ...row, id: id(2), prints: [] });
  copy.add({ ...row, id: id(3), vantage: null, prints: Array.from({ length: 2000 }, (_, i) => BigInt(i)) });
  await store(copy);
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

test('rows of any size reach the table whole, however small the room was that they were given', async () => {
  const text = fc.oneof(
    fc.constant(null),
    fc.string({ unit: 'grapheme', maxLength: 256 }).map((t) => t.replaceAll('\0', '')),
  );
  const rows = fc.array(
    fc.record({
      server: text,
      tool: text,
      session: text,
      agent: text,
      prints: fc.option(fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { maxLength: 96 })),
      body: fc.nat(200_000),
    }),
    { minLength: 1, maxLength: 30 },
  );
  let id = 0;
  await fc.assert(
    fc.asyncProperty(rows, fc.nat(100_000), async (rows, room) => {
      const first = id;
      // Room that an earlier batch has left full.
      const copy = new EventCopy(7, new Uint8Array(64 + room).fill(0xff).buffer);
      rows.forEach(({ body, ...columns }, i) => {
        const uuid = `018f0000-0000-7000-9000-${String(++id).padStart(12, '0')}`;
        copy.add({ ...row, ...columns, id: uuid, logIndex: first + i, body: Buffer.alloc(body, 'x') });
      });
      await store(copy);
      const { rows: stored } = await db.pool.query(
        'SELECT server, tool, session, agent, prints, octet_length(body) AS body FROM event WHERE log_index BETWEEN $1 AND $2 ORDER BY log_index',
        [first, id - 1],
      );
      expect(stored).toEqual(rows.map((given) => ({ ...given, prints: given.prints?.map(String) ?? null })));
    }),
    { numRuns: 25 },
  );
}, 120_000);
