import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { GET as checkpoint } from '@/app/api/v1/log/[id]/checkpoint/route';
import { GET as tile } from '@/app/api/v1/log/[id]/tile/[...path]/route';
import { POST as compare } from '@/app/api/v1/log/compare/route';
import { GET as proof } from '@/app/api/v1/proof/[id]/route';
import { decodeEntries } from '@/lib/core/provenance/tiles';
import { rawPublicKey, signerOf } from '@/lib/platform/crypto';
import type { LogHead } from '@/lib/store/log';
import { signGrownLogs } from '@/lib/worker/checkpoint';
import { get, post } from '../../support/api';
import { testDatabase } from '../../support/postgres';
import { SigningSource, storeEvents } from '../../support/stored-log';

process.env.CUSTODY_PUBLIC_LOG = 'true';
const db = testDatabase();
const { privateKey } = generateKeyPairSync('ed25519');
const events = new SigningSource().events(300);
let log: LogHead;

beforeAll(async () => {
  log = await storeEvents(db.pool, events);
  await signGrownLogs(db.pool, { publicKey: rawPublicKey(privateKey), sign: signerOf(privateKey) }, new Set());
});

const at = (...path: string[]) => ({ params: Promise.resolve({ id: String(log.id), path }) });

test('a public log is read by everybody, and holds no content', async () => {
  const note = await checkpoint(get('/'), at());
  expect([note.status, note.headers.get('cache-control')]).toEqual([200, 'public, max-age=1']);
  const bundle = await tile(get('/'), at('entries', '000'));
  expect([bundle.status, bundle.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
  const leaves =
    decodeEntries(new Uint8Array(await bundle.arrayBuffer()))?.map((leaf) => new TextDecoder().decode(leaf)) ?? [];
  expect(leaves).toHaveLength(256);
  expect(leaves.join()).not.toMatch(/\/tmp\/|read_file|user-\d/);
  expect((await tile(get('/'), at('0', '001.p', '44'))).status).toBe(200);
  expect((await tile(get('/'), at('0', '001.p', '45'))).status).toBe(404);
});

test('proofs and comparisons still need a key', async () => {
  const id = events[0]?.id as string;
  expect((await proof(get(`/api/v1/proof/${id}`), { params: Promise.resolve({ id }) })).status).toBe(401);
  expect((await compare(post('/api/v1/log/compare', 'x'), {})).status).toBe(401);
});

test('entries that retention took away are gone, their hashes are not', async () => {
  await db.pool.query(`INSERT INTO retention_range VALUES ($1, 5, 9, gen_random_uuid())`, [log.id]);
  await db.pool.query('ALTER TABLE event DISABLE TRIGGER USER');
  await db.pool.query('DELETE FROM event WHERE log_id = $1 AND log_index BETWEEN 5 AND 9', [log.id]);
  const gone = await tile(get('/'), at('entries', '000'));
  expect([gone.status, (await gone.json()).error.message]).toEqual([
    410,
    'Retention took entries of this bundle away.',
  ]);
  expect((await tile(get('/'), at('0', '000'))).status).toBe(200);
  expect((await tile(get('/'), at('entries', '001.p', '44'))).status).toBe(200);
  expect((await tile(get('/'), at('entries', '000.p', '5'))).status).toBe(200);
});
