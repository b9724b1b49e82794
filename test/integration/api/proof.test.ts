import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { POST } from '@/app/api/v1/events/route';
import { GET as checkpoint } from '@/app/api/v1/log/[id]/checkpoint/route';
import { GET as tile } from '@/app/api/v1/log/[id]/tile/[...path]/route';
import { POST as compareRoute } from '@/app/api/v1/log/compare/route';
import { GET as proof } from '@/app/api/v1/proof/[id]/route';
import { parseCheckpoint, signCheckpoint } from '@/lib/core/provenance/checkpoint';
import { leafHash } from '@/lib/core/provenance/merkle';
import { parseNote } from '@/lib/core/provenance/note';
import { decodeEntries } from '@/lib/core/provenance/tiles';
import { openTlogProof, parseTlogProof } from '@/lib/core/provenance/tlog-proof';
import { verifyInBrowser } from '@/lib/core/provenance/verify-in-browser';
import { nodeCrypto, rawPublicKey, sha256, signerOf } from '@/lib/platform/crypto';
import { logKey } from '@/lib/platform/keys';
import { processObserverKey } from '@/lib/services/observer';
import { enrollObserverKey } from '@/lib/services/observer-key';
import { signGrownLogs } from '@/lib/worker/checkpoint';
import { bearer, get, post, sessionOf } from '../../support/api';
import { madeAlert, madeUser, newEnvelope } from '../../support/made';
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
    detail: expect.stringMatching(/^Signed as observed, with the key .* that came with the evidence.*Of who sent it/),
  });
  expect(facts.find(({ name }) => name === 'authentic')).toMatchObject({ state: 'open' });
  const forged = verifyInBrowser({ ...file, observer: { ...file.observer, from: 1 } });
  expect(forged).toMatchObject({ verdict: 'INVALID' });
  expect(forged.checks.find(({ name }) => name === 'observed')).toMatchObject({ outcome: 'failed' });
});

test('the same proof comes as a tlog-proof, with the leaf in it, and by the alert it is evidence of', async () => {
  const response = await proofOf(eventId, '?format=tlog-proof');
  expect(response.headers.get('content-disposition')).toContain(`${eventId}.tlog-proof`);
  const text = await response.text();
  const { publicKey } = logKey({ dataDir: process.env.CUSTODY_DATA as string });
  const parsed = parseTlogProof(text);
  const { origin } = parseCheckpoint(parseNote(parsed.checkpoint).text);
  const opened = openTlogProof(nodeCrypto, parsed, parsed.extra ?? '', { name: origin, publicKey });
  expect(opened.size).toBeGreaterThan(parsed.index);
  expect(JSON.parse(new TextDecoder().decode(parsed.extra))).toMatchObject({ v: 1, id: eventId });
  const alert = await madeAlert(db.pool);
  const { rows } = await db.pool.query('SELECT time FROM event WHERE id = $1', [eventId]);
  await db.pool.query(`INSERT INTO detection VALUES ($1, $2, $3, 'tool-poisoning', 4, 'seen', '[]')`, [
    alert,
    eventId,
    rows[0].time,
  ]);
  expect(await (await proofOf(alert, '?of=alert&format=tlog-proof')).text()).toBe(text);
  expect((await proofOf(eventId, '?of=alert')).status).toBe(404);
});

test('entries come as a bundle whose leaves have the hashes of the tile', async () => {
  const [bundle, hashes] = [await tileOf('entries/000.p/1'), await tileOf('0/000.p/1')];
  const [leaf] = decodeEntries(new Uint8Array(await bundle.arrayBuffer())) ?? [];
  expect(Buffer.from(leafHash(sha256, leaf as Uint8Array))).toEqual(Buffer.from(await hashes.arrayBuffer()));
  expect(bundle.headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
  const squeezed = await tile(get('/', { authorization, 'accept-encoding': 'gzip, br' }), {
    params: Promise.resolve({ id: logId, path: ['entries', '000.p', '1'] }),
  });
  expect(squeezed.headers.get('content-encoding')).toBe('gzip');
  expect(decodeEntries(gunzipSync(await squeezed.arrayBuffer()))?.[0]).toEqual(Buffer.from(leaf as Uint8Array));
});

test('only whoever may see integrity reads the log', async () => {
  const params = { params: Promise.resolve({ id: logId, path: ['entries', '000.p', '1'] }) };
  expect((await tile(get('/'), params)).status).toBe(401);
  expect((await tile(get('/', { authorization: await bearer(db.pool, 'event:read') }), params)).status).toBe(403);
  expect((await checkpoint(get('/'), { params: Promise.resolve({ id: logId }) })).status).toBe(401);
});

test('a checkpoint that somebody holds is compared, and one that contradicts is kept', async () => {
  const key = logKey({ dataDir: process.env.CUSTODY_DATA as string });
  const ours = await (await checkpointOf(logId)).text();
  const { origin, size } = parseCheckpoint(parseNote(ours).text);
  const compare = async (note: string) => {
    const response = await compareRoute(
      post('/api/v1/log/compare', note, { authorization, 'content-type': 'text/plain' }),
      {},
    );
    return { status: response.status, body: await response.json() };
  };
  expect(await compare(ours)).toMatchObject({ status: 200, body: { outcome: 'agrees', size } });
  const signed = (at: number) =>
    signCheckpoint(sha256, { origin, size: at, root: sha256('other') }, key.publicKey, key.sign);
  expect(await compare(signed(size))).toMatchObject({ status: 200, body: { outcome: 'other_root' } });
  expect(await compare(signed(size + 1))).toMatchObject({ status: 200, body: { outcome: 'beyond' } });
  expect(await compare(signed(size))).toMatchObject({ status: 200, body: { outcome: 'other_root' } });
  const stranger = generateKeyPairSync('ed25519').privateKey;
  const forged = signCheckpoint(
    sha256,
    { origin, size, root: sha256('other') },
    rawPublicKey(stranger),
    signerOf(stranger),
  );
  expect(await compare(forged)).toMatchObject({ status: 400 });
  expect(await compare('hello')).toMatchObject({ status: 400 });
  const { rows } = await db.pool.query('SELECT kind, holder FROM equivocation ORDER BY found_at');
  expect(rows).toEqual([
    { kind: 'other_root', holder: 'api-key:a test' },
    { kind: 'beyond', holder: 'api-key:a test' },
  ]);
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
