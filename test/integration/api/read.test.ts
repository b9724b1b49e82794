import { beforeAll, describe, expect, test } from 'vitest';
import { GET as live } from '@/app/api/health/live/route';
import { GET as ready } from '@/app/api/health/ready/route';
import { GET as metrics } from '@/app/api/metrics/route';
import { GET as alerts } from '@/app/api/v1/alerts/route';
import { POST as sources } from '@/app/api/v1/sources/route';
import { createApiKey } from '@/lib/services/create-api-key';
import { revokeApiKey } from '@/lib/services/revoke-api-key';
import { bearer, get, post, sessionOf } from '../../support/api';
import { madeAlert, madeUser, newPublicKey } from '../../support/made';
import { testDatabase } from '../../support/postgres';

const db = testDatabase();
beforeAll(() => {
  process.env.METRICS_TOKEN = 'a token for metrics, 32 characters or more';
});
const answer = async (response: Response) => ({ status: response.status, body: await response.json() });

describe('API keys', () => {
  test('a missing, unknown, revoked or expired key is not let in; the answer says what to do', async () => {
    const admin = await madeUser(db.pool, 'admin');
    const revoked = await createApiKey(admin, { name: 'r', scopes: ['alert:read'], days: 1 });
    await revokeApiKey(admin, { id: revoked.id });
    const expired = await createApiKey(admin, { name: 'e', scopes: ['alert:read'], days: 1 });
    await db.pool.query(`UPDATE api_key SET expires_at = now() WHERE id = $1`, [expired.id]);
    const refused = [
      'Bearer cst_unknown-unknown-unknown',
      'Basic eDp5',
      'Bearer',
      `Bearer ${revoked.key}`,
      `Bearer ${expired.key}`,
    ];
    for (const authorization of refused) {
      const { status, body } = await answer(await alerts(get('/api/v1/alerts', { authorization }), {}));
      expect(status).toBe(401);
      expect(body.error).toEqual({
        code: 'unauthenticated',
        message: expect.any(String),
        todo: expect.stringContaining('alert:read'),
      });
    }
  });

  test('a key does only what its scopes say', async () => {
    const authorization = await bearer(db.pool, 'events:write');
    expect((await answer(await alerts(get('/api/v1/alerts', { authorization }), {}))).status).toBe(403);
    expect((await answer(await sources(post('/api/v1/sources', {}, { authorization }), {}))).status).toBe(403);
  });

  test('a cookie reads as its role may, and changes nothing by itself', async () => {
    const cookie = await sessionOf(await madeUser(db.pool, 'viewer'));
    expect((await alerts(get('/api/v1/alerts', { cookie }), {})).status).toBe(200);
    expect((await alerts(get('/api/v1/alerts', { cookie: `${cookie}x` }), {})).status).toBe(401);
    const admin = await sessionOf(await madeUser(db.pool, 'admin'));
    const body = { source: 'urn:mcp:src:t:a:1', public_key: newPublicKey() };
    expect((await sources(post('/api/v1/sources', body, { cookie: admin }), {})).status).toBe(401);
  });
});

describe('GET /api/v1/alerts', () => {
  test('pages through all of them once, worst first', async () => {
    const authorization = await bearer(db.pool, 'alert:read');
    const made = await Promise.all(Array.from({ length: 5 }, () => madeAlert(db.pool)));
    await db.pool.query('UPDATE alert SET severity = 5 WHERE id = $1', [made[3]]);
    const seen: string[] = [];
    let path: string | null = '/api/v1/alerts?limit=2&q=severity:>=high';
    while (path) {
      const { body } = await answer(await alerts(get(path, { authorization }), {}));
      expect(body.error).toBeUndefined();
      seen.push(...body.alerts.map((alert: { id: string }) => alert.id));
      path = body.next;
    }
    expect(seen[0]).toBe(made[3]);
    expect(seen.sort()).toEqual(made.sort());
  });

  const cursor = (severity: number, lastSeen: string) =>
    `after=${Buffer.from(JSON.stringify({ severity, lastSeen, id: '0195a3c0-0000-7000-8000-000000000000' })).toString('base64url')}`;
  test.each([
    'limit=0',
    'limit=1001',
    'view=mine',
    'q=nofield:1',
    'q=%00',
    'after=!',
    'unknown=1',
    cursor(5, '0000-01-01T00:00:00Z'),
    cursor(5, `2026-01-01T00:00:00.${'1'.repeat(200)}Z`),
    cursor(99_999, '2026-01-01T00:00:00Z'),
  ])('refuses ?%s', async (query) => {
    const authorization = await bearer(db.pool, 'alert:read');
    const { status, body } = await answer(await alerts(get(`/api/v1/alerts?${query}`, { authorization }), {}));
    expect(status).toBe(400);
    expect(body.error.code).toBe('invalid');
  });
});

describe('POST /api/v1/sources', () => {
  test('enrolls a key, again without harm', async () => {
    const authorization = await bearer(db.pool, 'source:enroll');
    const body = { source: 'urn:mcp:src:t:b:1', public_key: newPublicKey() };
    const first = await answer(await sources(post('/api/v1/sources', body, { authorization }), {}));
    expect(first).toEqual({ status: 200, body: { source: body.source, kid: expect.stringMatching(/^[\w-]{43}$/) } });
    expect(await answer(await sources(post('/api/v1/sources', body, { authorization }), {}))).toEqual(first);
  });

  test.each(['{', '[]', '{"source":1,"public_key":"a"}', `{"a":"${'x'.repeat(70_000)}"}`])(
    'refuses %.40s',
    async (body) => {
      const authorization = await bearer(db.pool, 'source:enroll');
      const { status } = await answer(await sources(post('/api/v1/sources', body, { authorization }), {}));
      expect([400, 413]).toContain(status);
    },
  );
});

test('health says no more than whether it lives and is ready', async () => {
  expect(await answer(live())).toEqual({ status: 200, body: { status: 'live' } });
  expect(await answer(await ready())).toEqual({ status: 200, body: { status: 'ready' } });
});

test('metrics are for whoever has the token', async () => {
  expect((await metrics(get('/api/metrics'), {})).status).toBe(401);
  expect((await metrics(get('/api/metrics', { authorization: 'Bearer x' }), {})).status).toBe(401);
  await madeAlert(db.pool);
  const response = await metrics(get('/api/metrics', { authorization: `Bearer ${process.env.METRICS_TOKEN}` }), {});
  expect(response.status).toBe(200);
  const text = await response.text();
  expect(text).toMatch(/^custody_open_alerts\{severity="high"\} \d+$/m);
  expect(text).toMatch(/^custody_log_size\{log="custody\.local\/[0-9a-f]{16}\/console"\} [1-9]\d*$/m);
  expect(text).toMatch(/^process_cpu_seconds_total \d/m);
});
