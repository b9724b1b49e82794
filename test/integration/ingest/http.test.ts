import { randomBytes } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { uuidV7 } from '@/lib/core/event/id';
import { errorOf } from '@/lib/platform/log';
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

  test('an event that the database refuses is a dead letter that names no table, and no row stands in the log', async () => {
    await database.pool.query(`ALTER TABLE event ADD CONSTRAINT test_refuses CHECK (tool <> 'refused')`);
    onTestFinished(async () => {
      await database.pool.query('ALTER TABLE event DROP CONSTRAINT test_refuses');
    });
    const bad = event();
    bad.data.tool.name = 'refused';
    const answer = await ingestMessages(messages([event(), bad, event()]), 'http');
    expect(answer.map((one) => one.refusal?.reason)).toEqual([undefined, 'not_storable', undefined]);
    expect(answer[1]?.refusal?.detail).toMatch(/SQLSTATE 23514: .*replay/);
    expect(answer[1]?.refusal?.detail).not.toMatch(/test_refuses|event_|relation|constraint/);

    const { rows } = await database.pool.query('SELECT body FROM event LIMIT 1');
    const failure = await database.pool
      .query(
        `INSERT INTO event_${new Date().toISOString().slice(0, 10).replaceAll('-', '')} (tool, body) VALUES ('refused', $1)`,
        [rows[0]?.body],
      )
      .catch((error) => error);
    expect(JSON.stringify(failure)).toContain('Failing row contains');
    expect(errorOf(failure)).toMatchObject({ code: expect.stringMatching(/^23/), stack: expect.any(String) });
    expect(JSON.stringify(errorOf(failure))).not.toContain('Failing row contains');
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
