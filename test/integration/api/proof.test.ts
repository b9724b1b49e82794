import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { POST } from '@/app/api/v1/events/route';
import { GET as checkpoint } from '@/app/api/v1/log/[id]/checkpoint/route';
import { GET as tile } from '@/app/api/v1/log/[id]/tile/[...path]/route';
import { GET as proof } from '@/app/api/v1/proof/[id]/route';
import { verifyInBrowser } from '@/lib/core/provenance/verify-in-browser';
import { logKey } from '@/lib/platform/keys';
import { processObserverKey } from '@/lib/services/observer';
import { enrollObserverKey } from '@/lib/services/observer-key';
import { signGrownLogs } from '@/lib/worker/checkpoint';
import { bearer, get, post, sessionOf } from '../../support/api';
import { madeUser, newEnvelope } from '../../support/made';
import { testDatabase } from '../../support/postgres';

const db = testDatabase();
let authorization: string;
const eventId = randomUUID();
let logId: string;

beforeAll(async () => {
  process.env.CUSTODY_DATA = mkdtempSync(join(tmpdir(), 'custody-proof-'));
  authorization = await bearer(db.pool, 'events:write', 'integrity:read');
  const data = { mcp: { method: 'tools/call' }, request: { arguments: { text: 'a private remark' } } };
  const event = newEnvelope({ id: eventId, data });
  expect((await POST(post('/api/v1/events', event, { authorization }), {})).status).toBe(200);
  const { rows } = await db.pool.query(`SELECT id FROM log WHERE kind = 'http'`);
  logId = String(rows[0].id);
});

const proofOf = (id: string, query = '', headers: Record<string, string> = { authorization }) =>
  proof(get(`/api/v1/proof/${id}${query}`, headers), { params: Promise.resolve({ id }) });
const checkpointOf = (id: string) => checkpoint(get('/', { authorization }), { params: Promise.resolve({ id }) });
const tileOf = (path: string) =>
  tile(get('/', { authorization }), { params: Promise.resolve({ id: logId, path: path.split('/') }) });

test('before the first checkpoint an event is unanchored, and there is no tile', async () => {
  expect(verifyInBrowser(await (await proofOf(eventId)).json()).verdict).toBe('UNANCHORED');
  expect((await checkpointOf(logId)).status).toBe(404);
  expect((await tileOf('0/000.p/1')).status).toBe(404);
});

test('then its proof verifies with nothing but what the routes gave, and shows no content', async () => {
  await signGrownLogs(db.pool, logKey({ dataDir: process.env.CUSTODY_DATA as string }), new Set());
  const response = await proofOf(eventId);
  const text = await response.text();
  expect(text).not.toContain('private');
  const file = JSON.parse(text);
  expect(verifyInBrowser(file).verdict).toBe('SIGNED');
  const note = await checkpointOf(logId);
  expect(note.headers.get('content-type')).toContain('text/plain');
  expect(await note.text()).toBe(file.anchor.checkpoint);
  const [leaf] = (await db.pool.query('SELECT leaf_hash FROM event WHERE id = $1', [eventId])).rows;
  expect(Buffer.from(await (await tileOf('0/000.p/1')).arrayBuffer())).toEqual(leaf.leaf_hash);
  const root = file.anchor.checkpoint.split('\n')[2];
  expect(root).toBe(leaf.leaf_hash.toString('base64'));
});

test('an unsigned event is observed: signed by the observer key, and said to be no producer’s word', async () => {
  const before = verifyInBrowser(await (await proofOf(eventId)).json());
  expect(before.checks.some(({ name }) => name === 'observed')).toBe(false);
  await enrollObserverKey(db.pool, processObserverKey());
  const file = await (await proofOf(eventId)).json();
  const { checks, facts, verdict } = verifyInBrowser(file);
  expect(verdict).toBe('SIGNED');
  expect(checks.find(({ name }) => name === 'observed')).toMatchObject({
    outcome: 'ok',
    detail: expect.stringMatching(/^Observed by this installation, signed by its observer key .*Of who sent it/),
  });
  expect(facts.find(({ name }) => name === 'authentic')).toMatchObject({ state: 'open' });
  const forged = verifyInBrowser({ ...file, observer: { ...file.observer, from: 1 } });
  expect(forged).toMatchObject({ verdict: 'INVALID' });
  expect(forged.checks.find(({ name }) => name === 'observed')).toMatchObject({ outcome: 'failed' });
});

test('an event is proved under the id that its emitter chose, of whatever version', async () => {
  const id = `${randomUUID().slice(0, 14)}0000-0000-000000000000`;
  expect((await POST(post('/api/v1/events', newEnvelope({ id }), { authorization }), {})).status).toBe(200);
  expect((await proofOf(id)).status).toBe(200);
});

test('an audit entry is proved to whoever may read the audit, not to an API key', async () => {
  const { rows } = await db.pool.query('SELECT id FROM audit_entry LIMIT 1');
  const cookie = await sessionOf(await madeUser(db.pool, 'auditor'));
  const file = await (await proofOf(rows[0].id, '?of=audit', { cookie })).json();
  expect(verifyInBrowser(file).verdict).toBe('SIGNED');
  expect((await proofOf(rows[0].id, '?of=audit')).status).toBe(401);
  const viewer = await sessionOf(await madeUser(db.pool, 'viewer'));
  expect((await proofOf(rows[0].id, '?of=audit', { cookie: viewer })).status).toBe(403);
});

test('what is not there is not found, and what is no id is refused', async () => {
  expect((await proofOf(randomUUID())).status).toBe(404);
  expect((await proofOf('1')).status).toBe(400);
  expect((await checkpointOf('999')).status).toBe(404);
  expect((await tileOf('0/000')).status).toBe(404);
});
