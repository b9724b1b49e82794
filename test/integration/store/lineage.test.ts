import { beforeAll, describe, expect, test } from 'vitest';
import type { AuditEvent } from '@/lib/core/event/envelope';
import { parseRange } from '@/lib/core/query/time-range';
import { ingestMessages } from '@/lib/services/ingest';
import { traceContext } from '@/lib/services/trace-context';
import { viewFlow } from '@/lib/services/view-flow';
import { flowsAround, lineageLag, lineageOfEvent } from '@/lib/store/lineage';
import { listSessions, readSession } from '@/lib/store/sessions';
import { lineageJob } from '@/lib/worker/lineage';
import { jsonBytes, madeEvent } from '@/test/support/events';
import { madeUser } from '@/test/support/made';
import { testDatabase } from '@/test/support/postgres';

const database = testDatabase();
const start = Date.now() - 300_000;
const trace = '0af7651916cd43dd8448eb211c80319c';
const text = 'The keys of the northern vault are under the blue stone beside the third door, says Olga';
const said = (content: string) => ({ result: { content: [{ type: 'text', text: content }] } });
const told = (content: string) => ({ request: { arguments: { content } } });
const made = (second: number, server: string, data: AuditEvent['data']) =>
  madeEvent({
    at: start + second * 1_000,
    traceparent: `00-${trace}-b7ad6b7169203331-01`,
    data: {
      mcp: { method: 'tools/call', session_id: 'session-7' },
      agent: { name: 'helper' },
      timing: { duration_us: '1000' },
      server: { id: server, name: server },
      ...data,
    },
  });

const web = made(1, 'https://web.example', said(`Page. ${text}.`));
const write = made(2, 'stdio:memory', told(text));
const read = made(3, 'stdio:memory', said(text));
const leak = made(4, 'https://outside.example', told(`Hi! ${text} Bye!`));
const events = [web, write, read, leak];

beforeAll(async () => {
  await ingestMessages(
    events.map((event, i) => ({ bytes: jsonBytes(event), headers: {}, position: BigInt(i) })),
    'http',
  );
  expect(await lineageLag()).toEqual({ events: 4, movedAt: null });
  await lineageJob(database.pool).run();
});

const range = () => parseRange({ range: '1h' }, new Date());

describe('lineage', () => {
  test('of an event, step by step in either direction', async () => {
    const down = await lineageOfEvent(web.id, 'down');
    expect(down.events.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
    expect(down.flows.map(({ from, to, kind }) => `${from} ${to} ${kind}`).sort()).toEqual(
      [
        `${web.id} ${write.id} result_to_argument`,
        `${write.id} ${read.id} argument_to_result`,
        `${read.id} ${leak.id} result_to_argument`,
        `${web.id} ${leak.id} result_to_argument`,
      ].sort(),
    );
    expect(down.cut).toBe(false);
    const up = await lineageOfEvent(leak.id, 'up');
    expect(up.flows).toHaveLength(4);
    expect((await lineageOfEvent(web.id, 'up')).flows).toEqual([]);
    expect((await lineageOfEvent(web.id, 'down', 1)).flows).toHaveLength(2);
  });

  test('nothing is left to be looked through', async () => {
    expect(await lineageLag()).toEqual({ events: 0, movedAt: expect.any(String) });
  });

  test('of a text, for whoever may see what calls carried; the text is kept nowhere', async () => {
    const auditor = await madeUser(database.pool, 'auditor');
    const asked = `under the blue stone beside the third door ${text.slice(0, 30)}`;
    const { passings, prints } = await traceContext(auditor, { text: asked, range: { range: '1h' } });
    expect(prints).toBeGreaterThan(3);
    expect(passings.map(({ event, role }) => [event.id, role])).toEqual([
      [web.id, 'result'],
      [write.id, 'argument'],
      [read.id, 'result'],
      [leak.id, 'argument'],
    ]);
    expect(
      (await traceContext(auditor, { text: 'nothing of the kind was ever said by anybody', range: {} })).passings,
    ).toEqual([]);
    expect((await traceContext(auditor, { text: 'ok', range: {} })).prints).toBe(0);
    const old = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };
    expect((await traceContext(auditor, { text, range: old })).passings).toEqual([]);
    const { rows } = await database.pool.query(`SELECT body FROM audit_entry WHERE action = 'context.traced'`);
    expect(rows).toHaveLength(4);
    expect(JSON.stringify(rows)).not.toContain('stone');
  });

  test('what was shared is shown as it is stored', async () => {
    const auditor = await madeUser(database.pool, 'auditor');
    const { passages } = await viewFlow(auditor, { from: web.id, to: leak.id });
    expect(passages.join(' ')).toContain('northern vault');
    await expect(viewFlow(auditor, { from: leak.id, to: web.id })).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('sessions', () => {
  test.each([
    ['session', 'session-7'],
    ['trace', trace],
  ] as const)('a %s is listed and read', async (kind, key) => {
    const rows = await listSessions(kind, range());
    expect(rows).toMatchObject([{ key, events: 4, failed: 0, agents: ['helper'], flows: 4, generated: false }]);
    expect(rows[0]?.servers).toEqual(['https://outside.example', 'https://web.example', 'stdio:memory']);
    const { events: found, cut } = await readSession(kind, key, range());
    expect(found.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
    expect(cut).toBe(false);
    expect((await flowsAround(found.map(({ id }) => id))).flows).toHaveLength(4);
  });

  test('are found by a part of their id, and not outside the time', async () => {
    expect(await listSessions('session', range(), 'ion-7')).toHaveLength(1);
    expect(await listSessions('session', range(), '100%')).toEqual([]);
    expect(await listSessions('session', parseRange({ from: '2026-01-01', to: '2026-01-02' }, new Date()))).toEqual([]);
  });
});
