import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { GET as exportAlerts } from '@/app/api/v1/alerts/export/route';
import { GET as exportEvents } from '@/app/api/v1/events/export/route';
import type { Role } from '@/lib/core/access';
import { eventFields } from '@/lib/core/query/event-fields';
import { parseFilter } from '@/lib/core/query/filter';
import { parseRange } from '@/lib/core/query/time-range';
import { everyEvent } from '@/lib/store/events-query';
import { bearer, get, sessionOf } from '../../support/api';
import { auditOf, madeAlert, madeUser } from '../../support/made';
import { testDatabase } from '../../support/postgres';

const db = testDatabase();
const total = 1234;
const carried = 'only the body says this';

beforeAll(async () => {
  await db.pool.query(
    "SELECT ensure_event_partition(day::date) FROM generate_series(now() - interval '1 day', now(), '1 day') AS day",
  );
  await db.pool.query(`INSERT INTO log (origin, kind, root) VALUES ('custody.local/test', 'http', sha256(''))`);
  await db.pool.query(
    `INSERT INTO event (time, id, log_id, log_index, recorded_at, source, type, method, tool, actor, status, format, assertion,
       event_hash, leaf_hash, body)
     SELECT now() - n / 3 * interval '1 second', gen_random_uuid(), (SELECT id FROM log WHERE kind = 'http'), n, now(), 'urn:mcp:src:t:t:t', 'mcp.audit.rpc.tools_call.v1',
       'tools/call', CASE WHEN n % 2 = 0 THEN '=HYPERLINK("http://x")' ELSE 'plain' END, 'ada', 'success', 'native', 'observed',
       sha256('e'), sha256('l'), '{"data":{"request":"${carried}"}}'
     FROM generate_series(0, ${total - 1}) AS n`,
  );
});

const as = async (role: Role) => {
  const actor = await madeUser(db.pool, role);
  return { actor, headers: { cookie: await sessionOf(actor) } };
};
const taken = async (target: string, actor: { email: string }) =>
  (await auditOf(db.pool, target)).filter((entry) => entry.actor === actor.email);

describe('GET /api/v1/events/export', () => {
  test('every event that the filter finds, once, newest first, as JSON lines without what it carried', async () => {
    const { actor, headers } = await as('viewer');
    const response = await exportEvents(get('/api/v1/events/export?format=jsonl&range=24h', headers), {});
    expect(response.status).toBe(200);
    expect(response.headers.get('content-disposition')).toMatch(
      /^attachment; filename="custody-events-\d{8}T\d{6}Z\.jsonl"$/,
    );
    const text = await response.text();
    expect(text).not.toContain(carried);
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toHaveLength(total);
    expect(new Set(rows.map((row) => row.id)).size).toBe(total);
    expect(rows.map((row) => row.time)).toEqual(
      rows
        .map((row) => row.time)
        .sort()
        .reverse(),
    );
    expect(rows[0]).toMatchObject({ log: 'custody.local/test', logIndex: expect.any(Number), actor: 'ada' });
    const [entry] = await taken('events', actor);
    expect(entry).toMatchObject({ action: 'event.export', role: 'viewer' });
    expect(entry?.body).toMatchObject({
      detail: { after: { query: '', format: 'jsonl', payload: false, rows: total, file: expect.any(String) } },
    });
  });

  test('CSV that no spreadsheet runs, of the filter’s events alone', async () => {
    const { headers } = await as('analyst');
    const path = `/api/v1/events/export?format=csv&q=${encodeURIComponent('tool:"=HYPERLINK*"')}`;
    const lines = (await (await exportEvents(get(path, headers), {})).text()).trimEnd().split('\r\n');
    expect(lines[0]).toMatch(/^id,time,recordedAt,type,/);
    expect(lines).toHaveLength(1 + total / 2);
    for (const line of lines.slice(1)) expect(line).toContain(`"'=HYPERLINK(""http://x"")"`);
  });

  test('what calls carried leaves only with those who may see it', async () => {
    const path = '/api/v1/events/export?format=jsonl&payload=1&q=tool:plain';
    const auditor = await as('auditor');
    const text = await (await exportEvents(get(path, auditor.headers), {})).text();
    expect(JSON.parse(text.split('\n')[0] as string).envelope).toEqual({ data: { request: carried } });
    expect((await taken('events', auditor.actor))[0]?.body).toMatchObject({ detail: { after: { payload: true } } });

    for (const role of ['viewer', 'analyst', 'admin'] as const) {
      const { actor, headers } = await as(role);
      expect((await exportEvents(get(path, headers), {})).status).toBe(403);
      expect(await taken('events', actor)).toEqual([]);
    }
    const authorization = await bearer(db.pool, 'event:read');
    expect((await exportEvents(get(path, { authorization }), {})).status).toBe(403);
    expect((await exportEvents(get(path.replace('&payload=1', ''), { authorization }), {})).status).toBe(200);
  });

  test('another site cannot make somebody export', async () => {
    const { actor, headers } = await as('viewer');
    const request = get('/api/v1/events/export?format=csv', { ...headers, 'sec-fetch-site': 'cross-site' });
    expect((await exportEvents(request, {})).status).toBe(403);
    expect(await taken('events', actor)).toEqual([]);
    expect((await exportEvents(get('/api/v1/events/export?format=csv'), {})).status).toBe(401);
  });

  test.each([
    '',
    'format=xml',
    'format=csv&payload=1',
    'format=csv&q=%00',
    'format=csv&q=colour:red',
    'format=csv&range=x',
    'format=csv&range=9999d',
    'format=csv&from=2026-01-02T00:00:00Z',
    'format=csv&from=0001-01-01T00:00:00Z&to=0001-01-02T00:00:00Z',
    'format=csv&x=1',
  ])('refuses ?%s', async (query) => {
    const { headers } = await as('auditor');
    const response = await exportEvents(get(`/api/v1/events/export?${query}`, headers), {});
    expect(response.status).toBe(400);
    expect((await response.json()).error).toMatchObject({ code: 'invalid', message: expect.any(String) });
  });

  test.each([7, 1000, 1100])('ends after %i events where that is the limit', async (limit) => {
    const parsed = parseFilter('', eventFields);
    if (!parsed.ok) throw new Error(parsed.message);
    let count = 0;
    for await (const rows of everyEvent({ filter: parsed.filter, range: parseRange({}, new Date()) }, limit, false)) {
      count += rows.length;
    }
    expect(count).toBe(limit);
  });
});

test('GET /api/v1/alerts/export takes the view and the filter, and is recorded', async () => {
  const open = await madeAlert(db.pool);
  const closed = await madeAlert(db.pool, { status: 'resolved', dedupKey: randomUUID() });
  const { actor, headers } = await as('viewer');
  const ids = async (query: string) => {
    const response = await exportAlerts(get(`/api/v1/alerts/export?format=jsonl${query}`, headers), {});
    return (await response.text())
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).id);
  };
  expect(await ids('')).toEqual([open]);
  expect((await ids('&view=all')).sort()).toEqual([open, closed].sort());
  expect(await ids('&view=all&q=severity:critical')).toEqual([]);
  expect((await taken('alerts', actor)).map((entry) => entry.action)).toEqual([
    'alert.export',
    'alert.export',
    'alert.export',
  ]);
});
