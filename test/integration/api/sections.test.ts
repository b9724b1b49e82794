import { beforeAll, describe, expect, test } from 'vitest';
import { POST } from '@/app/api/v1/events/route';
import { verifyDisclosure } from '@/lib/core/provenance/commitment';
import { marker } from '@/lib/core/redaction/marker';
import { hmacSha256 } from '@/lib/platform/crypto';
import { openValues } from '@/lib/store/sealed-values';
import { subjectsOf } from '@/lib/store/subjects';
import { bearer, post } from '../../support/api';
import { newEnvelope } from '../../support/made';
import { testDatabase } from '../../support/postgres';

const db = testDatabase();
let authorization: string;
beforeAll(async () => {
  authorization = await bearer(db.pool, 'events:write');
});

const hash = 'ab'.repeat(32);
const time = '2026-11-21T10:00:00.000Z';
const auth = {
  issuer: 'https://idp.example',
  subject: 'ada',
  client_id: 'https://client.example/metadata.json',
  audience: 'https://files.example/mcp',
  resource: 'https://files.example/mcp',
  scopes_requested: ['files:read', 'files:write'],
  scopes_granted: ['files:read'],
  token_type: 'dpop',
  cnf_thumbprint: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
  expires_at: time,
  registration: 'cimd',
};
const approval = { id: 'approval-1', requested_at: time, channel: 'desktop', shown_hash: hash, scope: 'once' };
const context = {
  id: 'context-1',
  injected_by: 'agent-7',
  source_uri: 'file:///notes/plan.md',
  source_hash: hash,
  security_level: 'confidential',
  labels: ['plan'],
  bytes: 2048,
  tokens: 512,
  max_tokens: 8192,
  parent_ids: ['context-0'],
};
const decided = { decided_at: time, approver: { id: 'grace', assurance: 'verified' } };

/** One event of each type that has these sections, with its section as an emitter fills it in. */
const events: [type: string, section: Record<string, object>][] = [
  ['auth.issued', { auth: { ...auth, event: 'issued' } }],
  ['auth.used', { auth: { ...auth, event: 'used' } }],
  [
    'auth.refused',
    { auth: { ...auth, event: 'refused', http_status: 401, www_authenticate: 'Bearer', reason: 'expired' } },
  ],
  ['auth.refreshed', { auth: { ...auth, event: 'refreshed' } }],
  ['auth.revoked', { auth: { ...auth, event: 'revoked', reason: 'signed out' } }],
  ['auth.consent', { auth: { ...auth, event: 'consent' } }],
  ['auth.registered', { auth: { ...auth, event: 'registered', registration: 'dcr' } }],
  ['approval.requested', { approval }],
  ['approval.decided', { approval: { ...approval, ...decided, decision: 'denied', reason: 'too wide' } }],
  ['context.access', { context: { ...context, action: 'access' } }],
  ['context.inject', { context: { ...context, action: 'inject' } }],
  ['context.update', { context: { ...context, action: 'update' } }],
  ['context.evict', { context: { ...context, action: 'evict' } }],
  ['context.share', { context: { ...context, action: 'share', recipients: ['agent-8'] } }],
];
const envelopeOf = (type: string, section: Record<string, object>) =>
  newEnvelope({
    type: `mcp.audit.${type}.v1`,
    data: { server: { id: 'stdio:notes', name: 'notes' }, actor: { id: 'ada' }, ...section },
  });

async function send(event: object) {
  const response = await POST(post('/api/v1/events', event, { authorization }), {});
  return { status: response.status, body: await response.json() };
}
/** The body with each value where its marker stands. */
async function openedBody(id: string, body: string) {
  const values = await openValues(db.pool, id);
  const valueAt = (one: string) => values.find((value) => verifyDisclosure(hmacSha256, value, id, one))?.value ?? one;
  return JSON.parse(body.replace(marker, (one) => String(valueAt(one))));
}
const rowsOf = async (id: string) =>
  (await db.pool.query('SELECT type, format, actor, server, body FROM event WHERE id = $1', [id])).rows;

describe.each(events)('%s', (type, section) => {
  test('is judged and stored, with all of its section', async () => {
    const event = envelopeOf(type, section);
    expect(await send(event)).toMatchObject({ status: 200, body: { accepted: 1, refused: 0 } });
    const [row] = await rowsOf(event.id);
    const actor = (await subjectsOf(db.pool, ['ada'])).get('ada')?.id;
    expect(row).toMatchObject({ type: event.type, format: 'cloudevents', actor, server: 'stdio:notes' });
    expect(JSON.parse(row.body).data.actor.id).not.toBe('ada');
    expect(await openedBody(event.id, row.body)).toEqual(event);
  });
});

test.each<[type: string, pointer: string, section: Record<string, object>]>([
  ['auth.used', '/data/auth/event', { auth: { ...auth, event: 'borrowed' } }],
  ['auth.used', '/data/auth/token_type', { auth: { ...auth, token_type: 'mac' } }],
  ['auth.used', '/data/auth/scopes_granted', { auth: { ...auth, scopes_granted: 'files:read' } }],
  ['approval.decided', '/data/approval/decision', { approval: { ...approval, decision: 'maybe' } }],
  ['approval.decided', '/data/approval/shown_hash', { approval: { ...approval, shown_hash: 'a hash' } }],
  ['context.inject', '/data/context/action', { context: { ...context, action: 'paint' } }],
  ['context.inject', '/data/context/bytes', { context: { ...context, bytes: -1 } }],
])('%s with a wrong %s is refused, and the answer names it', async (type, pointer, section) => {
  const event = envelopeOf(type, section);
  const { status, body } = await send(event);
  expect(status).toBe(422);
  expect(body.results).toEqual([
    expect.objectContaining({
      outcome: 'dead_letter',
      reason: 'wrong_schema',
      detail: expect.stringContaining(pointer),
    }),
  ]);
  expect(await rowsOf(event.id)).toEqual([]);
});
