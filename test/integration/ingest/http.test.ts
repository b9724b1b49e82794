import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { uuidV7 } from '@/lib/core/event/id';
import { ingestMessages, replayBytes } from '@/lib/services/ingest';
import { testDatabase } from '@/test/support/postgres';

const database = testDatabase();

describe('HTTP ingest', () => {
  test('stores good events, names duplicates, and keeps what is bad with its bytes', async () => {
    const good = event();
    const bad = Buffer.from('{"a":1,"a":2}');
    const first = await ingestMessages(messages([good, bad]), 'http');
    expect(first.map((one) => [one.outcome, one.id, one.refusal?.reason])).toEqual([
      ['accepted', good.id, undefined],
      ['dead_letter', null, 'duplicate_key'],
    ]);
    const again = await ingestMessages(messages([good, event()]), 'http');
    expect(again.map((one) => one.outcome)).toEqual(['duplicate', 'accepted']);
    const { rows } = await database.pool.query('SELECT id::text, log_index::int FROM event ORDER BY log_index');
    expect(rows).toHaveLength(2);
    expect(rows[0]).toEqual({ id: good.id, log_index: 0 });
    const letters = await database.pool.query('SELECT bytes, via, position FROM dead_letter');
    expect(letters.rows).toEqual([{ bytes: bad, via: 'http', position: 1 }]);
  });

  test('requests that come at once are all answered, each with its own outcomes', async () => {
    const requests = Array.from({ length: 40 }, () => [event(), event()]);
    const answers = await Promise.all(requests.map((events) => ingestMessages(messages(events), 'http')));
    answers.forEach((answer, i) => {
      expect(answer.map((one) => one.id)).toEqual(requests[i]?.map((one) => one.id));
      expect(answer.map((one) => one.position)).toEqual([0n, 1n]);
    });
  });

  test('the same id and time with another content is refused', async () => {
    const one = event();
    const other = { ...one, data: { ...one.data, tool: { name: 'another' } } };
    const [first] = await ingestMessages(messages([one]), 'http');
    const [second] = await ingestMessages(messages([other]), 'http');
    expect(first?.outcome).toBe('accepted');
    expect(second?.refusal?.reason).toBe('hash_mismatch');
  });

  test('a dead letter that was refused for its time goes through when it is replayed as it is now', async () => {
    const late = event(Date.now() - 40 * 86_400_000);
    const [refused] = await ingestMessages(messages([late]), 'http');
    expect(refused?.refusal?.reason).toBe('time_out_of_range');
    const { rows } = await database.pool.query<{ id: string }>(
      `SELECT id::text FROM dead_letter WHERE reason = 'time_out_of_range'`,
    );
    const [again] = await replayBytes(rows[0]?.id ?? '');
    expect(again?.refusal?.reason).toBe('time_out_of_range');
    const count = await database.pool.query(`SELECT count(*)::int FROM dead_letter WHERE reason = 'time_out_of_range'`);
    expect(count.rows[0].count).toBe(1);
  });
});

const messages = (items: (object | Buffer)[]) =>
  items.map((item, at) => ({
    bytes: Buffer.isBuffer(item) ? item : Buffer.from(JSON.stringify(item)),
    headers: {},
    position: BigInt(at),
  }));

function event(time = Date.now()) {
  return {
    specversion: '1.0',
    id: uuidV7(time, randomBytes(10)),
    source: 'urn:mcp:src:test:http:1',
    type: 'mcp.audit.rpc.tools_call.v1',
    time: new Date(time).toISOString(),
    dataschema: 'urn:mcp:audit:1',
    data: { mcp: { method: 'tools/call' }, tool: { name: 'read' }, server: { id: 'stdio:files:1', name: 'files' } },
  };
}
