import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { POST as postEvents } from '@/app/api/v1/events/route';
import { POST as enroll } from '@/app/api/v1/sources/route';
import { uuidV7 } from '@/lib/core/event/id';
import { rawPublicKey } from '@/lib/platform/crypto';
import { enrollSourceKey } from '@/lib/services/enroll-source-key';
import { bearer, post } from '../../support/api';
import { auditOf, madeUser } from '../../support/made';
import { testDatabase } from '../../support/postgres';

// Once a source has a key, what it sends unsigned is refused. So who enrols a key can shut a source out.
const db = testDatabase();
let sending: string;
let enrolling: string;
beforeAll(async () => {
  sending = await bearer(db.pool, 'events:write');
  enrolling = await bearer(db.pool, 'source:enroll');
});

const newSource = () => `urn:mcp:src:test:gateway:${randomUUID()}`;
const newKey = () => Buffer.from(rawPublicKey(generateKeyPairSync('ed25519').privateKey)).toString('base64');

async function enrollAs(authorization: string, source: string) {
  const answer = await enroll(post('/api/v1/sources', { source, public_key: newKey() }, { authorization }), {});
  return { status: answer.status, body: await answer.json() };
}

/** Sends an event that has neither signature nor chain. */
async function sendUnsigned(source: string) {
  const now = Date.now();
  const event = {
    specversion: '1.0',
    id: uuidV7(now, randomBytes(10)),
    source,
    type: 'mcp.audit.rpc.tools_call.v1',
    time: new Date(now).toISOString(),
    dataschema: 'urn:mcp:audit:1',
    data: { mcp: { method: 'tools/call' }, server: { id: 'stdio:files' }, tool: { name: 'read' } },
  };
  const answer = await postEvents(post('/api/v1/events', event, { authorization: sending }), {});
  const { results } = (await answer.json()) as { results: { outcome: string; reason?: string }[] };
  return [results[0]?.outcome, results[0]?.reason];
}

test('an API key with source:enroll speaks for a source that is new, and no other API key does', async () => {
  const source = newSource();
  expect((await enrollAs(sending, source)).status).toBe(403);
  expect((await enrollAs(enrolling, source)).status).toBe(200);
  expect((await enrollAs(enrolling, source)).status).toBe(403);
});

test('an API key shuts out no source that sends unsigned, chained or not', async () => {
  const source = newSource();
  expect(await sendUnsigned(source)).toEqual(['accepted', undefined]);
  const { status, body } = await enrollAs(enrolling, source);
  expect([status, body.error.message]).toEqual([403, expect.stringContaining('sends without a signature')]);
  expect(await sendUnsigned(source)).toEqual(['accepted', undefined]);
});

test('an administrator may; it is on record, and what is refused from then on is kept and says why', async () => {
  const source = newSource();
  await sendUnsigned(source);
  const admin = await madeUser(db.pool, 'admin');
  const { kid } = await enrollSourceKey(admin, { source, publicKey: newKey() });
  expect(await auditOf(db.pool, `source_key:${kid}`)).toMatchObject([
    { actor: admin.email, role: 'admin', action: 'source_key.enroll' },
  ]);
  expect(await sendUnsigned(source)).toEqual(['dead_letter', 'signature_missing']);
  const { rows } = await db.pool.query(
    `SELECT status, convert_from(bytes, 'UTF8') AS text FROM dead_letter WHERE reason = 'signature_missing'`,
  );
  expect(rows).toEqual([{ status: 'waiting', text: expect.stringContaining(source) }]);
});

test('an enrolment by API key is on record under the name of the key', async () => {
  const { body } = await enrollAs(enrolling, newSource());
  expect(await auditOf(db.pool, `source_key:${body.kid}`)).toMatchObject([
    { actor: 'api-key:a test', role: 'api_key', action: 'source_key.enroll' },
  ]);
});
