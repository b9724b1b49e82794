import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { GET, POST } from '@/app/api/v1/events/route';
import { POST as logs } from '@/app/v1/logs/route';
import { replayDeadLetter } from '@/lib/services/replay-dead-letter';
import { bearer, get, post, sessionOf } from '../../support/api';
import { auditOf, madeUser, newEnvelope } from '../../support/made';
import { answerOf, toProtobuf } from '../../support/otlp';
import { testDatabase } from '../../support/postgres';

const db = testDatabase();
let authorization: string;
beforeAll(async () => {
  authorization = await bearer(db.pool, 'events:write', 'event:read');
});

const send = async (body: unknown, headers: Record<string, string> = {}) => {
  const response = await POST(post('/api/v1/events', body, { authorization, ...headers }), {});
  return { status: response.status, body: await response.json() };
};
const stored = async (...ids: string[]) =>
  (await db.pool.query('SELECT id FROM event WHERE id = ANY ($1::uuid[]) ORDER BY log_index', [ids])).rows.map(
    ({ id }) => id,
  );

describe('POST /api/v1/events', () => {
  test('stores one event, answers after the commit, and stores it once', async () => {
    const event = newEnvelope();
    const result = { index: 0, item: 0, id: event.id };
    expect(await send(event)).toEqual({
      status: 200,
      body: { accepted: 1, duplicates: 0, refused: 0, results: [{ ...result, outcome: 'accepted' }] },
    });
    expect(await stored(event.id)).toEqual([event.id]);
    expect(await send(event)).toEqual({
      status: 200,
      body: { accepted: 0, duplicates: 1, refused: 0, results: [{ ...result, outcome: 'duplicate' }] },
    });
    expect(await stored(event.id)).toEqual([event.id]);
  });

  test.each<[string, (events: object[]) => [unknown, Record<string, string>]]>([
    ['an array', (events) => [events, {}]],
    ['a CloudEvents batch', (events) => [events, { 'content-type': 'application/cloudevents-batch+json' }]],
    [
      'lines',
      (events) => [events.map((event) => JSON.stringify(event)).join('\n'), { 'content-type': 'application/x-ndjson' }],
    ],
    ['gzip', (events) => [gzipSync(JSON.stringify(events)), { 'content-encoding': 'gzip' }]],
  ])('stores many as %s, in order', async (_, bodyOf) => {
    const events = Array.from({ length: 20 }, () => newEnvelope());
    const [body, headers] = bodyOf(events);
    expect(await send(body, headers)).toMatchObject({ status: 200, body: { accepted: 20, refused: 0 } });
    const ids = events.map(({ id }) => id);
    expect(await stored(...ids)).toEqual(ids);
  });

  test('reads CloudEvents in binary mode', async () => {
    const { data, ...attributes } = newEnvelope();
    const headers = Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value as string]),
    );
    expect(await send(data, headers)).toMatchObject({ status: 200, body: { results: [{ id: attributes.id }] } });
  });

  test('good events of a body are stored beside bad ones, which become dead letters with their bytes', async () => {
    const good = newEnvelope();
    const { status, body } = await send(
      `[${JSON.stringify(good)},{"specversion":"1.0","specversion":"1.0"},{"what":"is this"}]`,
    );
    expect(status).toBe(207);
    expect(body).toMatchObject({
      accepted: 1,
      refused: 2,
      results: [
        { index: 0, outcome: 'accepted', id: good.id },
        { index: 1, outcome: 'dead_letter', reason: 'duplicate_key', detail: expect.any(String) },
        { index: 2, outcome: 'dead_letter', reason: 'unknown_format' },
      ],
    });
    const { rows } = await db.pool.query(
      `SELECT reason, convert_from(bytes, 'UTF8') AS bytes, via FROM dead_letter ORDER BY reason`,
    );
    expect(rows).toContainEqual({ reason: 'unknown_format', bytes: '{"what":"is this"}', via: 'http' });
    expect((await send('{"what":"is this"}')).status).toBe(422);
  });

  test('requests at the same moment all get their own answers', async () => {
    const bodies = Array.from({ length: 8 }, () => [newEnvelope(), newEnvelope()]);
    const answers = await Promise.all(bodies.map((body) => send(body)));
    answers.forEach(({ status, body }, n) => {
      expect(status).toBe(200);
      expect(body.results.map((result: { id: string }) => result.id)).toEqual(bodies[n]?.map(({ id }) => id));
    });
  });

  test('a program that sends and never ends keeps out nobody but itself', async () => {
    const open: ReadableStreamDefaultController[] = [];
    const stall = () => {
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('['));
          open.push(controller);
        },
      });
      const init = {
        method: 'POST',
        body,
        duplex: 'half',
        headers: { authorization, 'content-type': 'application/json' },
      };
      return POST(new Request('http://custody.test/api/v1/events', init as RequestInit), {});
    };
    const stalled = Array.from({ length: 20 }, stall);
    await expect.poll(async () => (await send(newEnvelope())).status).toBe(429);
    const other = await bearer(db.pool, 'events:write');
    expect((await send(newEnvelope(), { authorization: other })).status).toBe(200);
    for (const controller of open) controller.error(new Error('gone'));
    expect((await Promise.all(stalled)).filter(({ status }) => status === 429)).toHaveLength(12);
    expect((await send(newEnvelope())).status).toBe(200);
  });

  test('a request as a whole is refused before anything is kept', async () => {
    const before = (await db.pool.query('SELECT count(*) FROM dead_letter')).rows[0].count;
    expect((await send('[]', {})).status).toBe(400);
    expect((await send('x', { 'content-type': 'text/plain' })).status).toBe(400);
    expect((await send(gzipSync(Buffer.alloc(33 << 20)), { 'content-encoding': 'gzip' })).status).toBe(413);
    expect((await send(newEnvelope(), { authorization: 'Bearer cst_no-such-key-at-all' })).status).toBe(401);
    expect((await send(newEnvelope(), { authorization: await bearer(db.pool, 'event:read') })).status).toBe(403);
    expect((await db.pool.query('SELECT count(*) FROM dead_letter')).rows[0].count).toBe(before);
  });
});

describe('GET /api/v1/events', () => {
  test('pages through events, newest first, without their payload', async () => {
    const tool = `tool_${randomUUID().slice(0, 8)}`;
    const made = Array.from({ length: 5 }, (_, n) =>
      newEnvelope({
        time: new Date(Date.now() - n * 1000).toISOString(),
        data: { ...newEnvelope().data, tool: { name: tool }, request: { arguments: { text: 'a private remark' } } },
      }),
    );
    await send(made);
    const seen: string[] = [];
    let path: string | null = `/api/v1/events?limit=2&q=tool:${tool}&range=1h`;
    while (path) {
      const response = await GET(get(path, { authorization }), {});
      const body = await response.json();
      expect(body.error).toBeUndefined();
      expect(JSON.stringify(body)).not.toContain('private');
      seen.push(...body.events.map((event: { id: string }) => event.id));
      path = body.next;
    }
    expect(seen).toEqual(made.map(({ id }) => id));
  });
});

describe('POST /v1/logs', () => {
  const string = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const record = (attributes: object[]) => ({
    timeUnixNano: String(BigInt(Date.now()) * 1_000_000n),
    body: { stringValue: 'request' },
    attributes,
  });
  const call = () =>
    record([
      string('mcp.method.name', 'tools/call'),
      string('mcp.target', 'files'),
      string('gen_ai.tool.name', 'read_file'),
      string('mcp.session.id', randomUUID()),
      string('route', 'default/mcp'),
      string('http.path', '/mcp'),
    ]);
  const request = (records: object[]) => ({
    resourceLogs: [
      {
        resource: { attributes: [string('service.name', 'agentgateway')] },
        scopeLogs: [{ scope: { name: 'agentgateway' }, logRecords: records }],
      },
    ],
  });
  const otlpEvents = async () =>
    Number(
      (await db.pool.query(`SELECT count(*) FROM event WHERE tool = 'read_file' AND method = 'tools/call'`)).rows[0]
        .count,
    );

  test('stores records sent as JSON and as protobuf, and answers in the same', async () => {
    const before = await otlpEvents();
    const json = await logs(post('/v1/logs', request([call(), call()]), { authorization }));
    expect({ status: json.status, body: await json.json() }).toEqual({ status: 200, body: {} });
    const binary = await logs(
      post('/v1/logs', gzipSync(toProtobuf(request([call()]))), {
        authorization,
        'content-type': 'application/x-protobuf',
        'content-encoding': 'gzip',
      }),
    );
    expect(binary.status).toBe(200);
    expect(binary.headers.get('content-type')).toBe('application/x-protobuf');
    expect(await answerOf(binary, 'Response')).toEqual({});
    expect(await otlpEvents()).toBe(before + 3);
  });

  test('says how many records it did not take, and refuses without a key in OTLP’s own words', async () => {
    const partial = await logs(
      post(
        '/v1/logs',
        request([call(), record([string('unrelated', 'x')]), record([string('twice', 'x'), string('twice', 'y')])]),
        { authorization },
      ),
    );
    expect({ status: partial.status, body: await partial.json() }).toEqual({
      status: 200,
      body: { partialSuccess: { rejectedLogRecords: '2', errorMessage: expect.any(String) } },
    });
    const refused = await logs(post('/v1/logs', request([])));
    expect({ status: refused.status, body: await refused.json() }).toEqual({
      status: 401,
      body: { code: 16, message: expect.stringContaining('events:write') },
    });
  });
});

describe('replaying a dead letter', () => {
  const letterOf = async (bytes: string) =>
    (await db.pool.query(`SELECT id, status FROM dead_letter WHERE bytes = $1`, [Buffer.from(bytes)])).rows;

  test('stores its event once its cause is mended, and says so only then', async () => {
    const responder = await madeUser(db.pool, 'responder');
    const event = newEnvelope();
    const bytes = JSON.stringify(event);
    const id = randomUUID();
    await db.pool.query(
      `INSERT INTO dead_letter (id, received_at, via, reason, detail, bytes, size) VALUES ($1, now(), 'http', 'unknown_key', 'x', $2, $3)`,
      [id, Buffer.from(bytes), bytes.length],
    );
    const calls = await Promise.allSettled([replayDeadLetter(responder, { id }), replayDeadLetter(responder, { id })]);
    expect(calls.map((call) => call.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await stored(event.id)).toEqual([event.id]);
    expect(await auditOf(db.pool, `dead_letter:${id}`)).toMatchObject([
      { action: 'dead_letter.replay', body: { detail: { after: { events: [event.id] } } } },
    ]);
  });

  test('what is refused again goes on waiting, and makes no second dead letter', async () => {
    const responder = await madeUser(db.pool, 'responder');
    await send('{"still":"unknown"}');
    const [letter] = await letterOf('{"still":"unknown"}');
    await expect(replayDeadLetter(responder, { id: letter.id })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('refused again'),
    });
    expect(await letterOf('{"still":"unknown"}')).toEqual([{ id: letter.id, status: 'waiting' }]);
    expect(await auditOf(db.pool, `dead_letter:${letter.id}`)).toMatchObject([
      {
        action: 'dead_letter.replay',
        body: { actor: responder.email, detail: { after: { status: 'waiting', refused: expect.any(String) } } },
      },
    ]);
  });
});

test('a session’s cookie reads events and brings none in', async () => {
  const cookie = await sessionOf(await madeUser(db.pool, 'viewer'));
  expect((await GET(get('/api/v1/events', { cookie }), {})).status).toBe(200);
  expect((await POST(post('/api/v1/events', newEnvelope(), { cookie }), {})).status).toBe(401);
});
