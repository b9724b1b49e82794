import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { GET } from '@/app/api/v1/bundle/route';
import type { BundleReport } from '@/lib/core/provenance/bundle/report';
import { type BundleOptions, BundleVerifier } from '@/lib/core/provenance/bundle/verify-bundle';
import { parseVerifierKey } from '@/lib/core/provenance/note';
import { nodeCrypto, sha256 } from '@/lib/platform/crypto';
import { env } from '@/lib/platform/env';
import { logKey } from '@/lib/platform/keys';
import { assignAlert } from '@/lib/services/assign-alert';
import { ingestMessages } from '@/lib/services/ingest';
import { bundleToMake, makeBundle } from '@/lib/services/make-bundle';
import { processObserverKey } from '@/lib/services/observer';
import { enrollObserverKey } from '@/lib/services/observer-key';
import { listLogs } from '@/lib/store/integrity';
import { signGrownLogs } from '@/lib/worker/checkpoint';
import { bearer, get, sessionOf } from '../../support/api';
import { jsonBytes, madeEvent } from '../../support/events';
import { auditOf, madeUser } from '../../support/made';
import { testDatabase } from '../../support/postgres';
import { SigningSource } from '../../support/stored-log';

const db = testDatabase();
const session = randomUUID();
const secret = `AKIA${'Q7RZ2MVXK4TNB5WD'}`;
let source: SigningSource;
let logKeys: BundleOptions['logKeys'];
const began = new Date(Date.now() - 1000).toISOString();

const ingest = (events: object[]) =>
  ingestMessages(
    events.map((event, i) => ({ bytes: jsonBytes(event), headers: {}, position: BigInt(i), refusal: null })),
    'http',
  );
const sign = async () => {
  const key = logKey({ pem: env().CUSTODY_LOG_KEY, dataDir: env().CUSTODY_DATA });
  await signGrownLogs(db.pool, key, new Set());
  return key;
};

beforeAll(async () => {
  await enrollObserverKey(db.pool, processObserverKey());
  source = new SigningSource();
  await source.enroll(db.pool);
  await ingest(source.events(300));
  await sign();
  await ingest([...source.events(3), ...Array.from({ length: 40 }, () => madeEvent()), ...source.events(2)]);
  const leaked = madeEvent();
  leaked.data = {
    ...leaked.data,
    actor: { type: 'user', id: 'ada@example.org' },
    mcp: { method: 'tools/call', session_id: session },
    request: { arguments: { note: 'hello' } },
    result: { content: [{ type: 'text', text: `the key is ${secret} here` }] },
  };
  await ingest([leaked, ...source.events(5)]);
  const key = await sign();
  logKeys = (await listLogs(key.publicKey)).map(({ verifierKey }) => parseVerifierKey(sha256, verifierKey));
});

async function textOf(lines: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of lines) text += part;
  return text;
}

async function verify(text: string): Promise<BundleReport> {
  const verifier = new BundleVerifier(nodeCrypto, { logKeys: logKeys ?? [] });
  verifier.push(Buffer.from(text));
  return verifier.finish();
}

const make = async (role: Parameters<typeof madeUser>[1], asked: Parameters<typeof makeBundle>[1]) => {
  const actor = await madeUser(db.pool, role);
  const file = await makeBundle(actor, asked);
  await sign();
  const text = await textOf(file.lines);
  return { actor, file, text, report: await verify(text) };
};
const states = ({ facts }: BundleReport) => facts.map(({ state }) => state);
const range = () => ({ from: began, to: new Date().toISOString() });

describe('a bundle from the database', () => {
  test('of a stretch of time is whole, with contents for who may see them', async () => {
    const { report, text, actor } = await make('auditor', { ...range(), payload: '1' });
    expect(report.problems).toEqual([]);
    expect(report.verdict).toBe('SIGNED');
    expect(states(report)).toEqual(['open', 'holds', 'holds', 'holds']);
    expect(report.facts[0]?.detail).toMatch(/310 events signed by the producer; 41 events observed/);
    expect(report.facts[1]?.detail).toMatch(/alerts and history are as their maker signed them/);
    expect(text).not.toContain(secret);
    const [entry] = (await auditOf(db.pool, 'events')).filter((one) => one.actor === actor.email);
    expect(entry).toMatchObject({ action: 'bundle.make', body: { detail: { after: { payload: true } } } });
  });

  test('without the right to payloads holds the leaves alone', async () => {
    await expect(make('viewer', { ...range(), payload: '1' })).rejects.toMatchObject({ code: 'forbidden' });
    const { report, text } = await make('viewer', range());
    expect(report.problems).toEqual([]);
    expect(states(report)).toEqual(['open', 'holds', 'holds', 'holds']);
    expect(text).not.toContain('read_file');
    expect(text).not.toContain('user.create');
  });

  test('of a session proves just its events, and opens what is disclosed and nothing else', async () => {
    const plain = await make('responder', { session, payload: '1' });
    expect(plain.report.problems).toEqual([]);
    expect(plain.report.events).toBe(1);
    expect(states(plain.report)).toEqual(['open', 'holds', 'holds', 'open']);
    const { rows } = await db.pool.query<{ id: string; body: string }>(
      'SELECT id, body FROM event WHERE session = $1',
      [session],
    );
    const pointer = '/data/result/content/0/text';
    const disclose = `${rows[0]?.id}:${pointer}`;
    const opened = await make('responder', { session, disclose });
    expect(opened.report.problems).toEqual([]);
    expect(opened.report.facts[1]?.detail).toMatch(/1 disclosed value fit/);
    expect(opened.text).toContain(secret);
    expect(opened.text).not.toContain('ada@example.org');
    const forged = opened.text.replace(secret, secret.replace('Q7', 'Q8'));
    expect((await verify(forged)).problems).toContainEqual(
      expect.objectContaining({ reason: `the value does not open the commitment at ${pointer}` }),
    );
    await expect(make('responder', { session, disclose: `${rows[0]?.id}:/data/nothing` })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(make('analyst', { session, disclose })).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('of an alert has its events, detections, history and what people did', async () => {
    const { rows } = await db.pool.query<{ id: string }>('SELECT id FROM alert ORDER BY created_at LIMIT 1');
    const id = rows[0]?.id as string;
    const responder = await madeUser(db.pool, 'responder');
    await assignAlert(responder, { id, from: null, to: responder.email });
    await sign();
    const { report, text } = await make('responder', { alert: id, payload: '1' });
    expect(report.problems).toEqual([]);
    expect(report.counts).toMatchObject({ alert: 1, header: 1 });
    expect(report.counts.detection).toBeGreaterThan(0);
    expect(report.counts.history).toBe(1);
    expect(text).toContain('alert.assign');
    expect(report.events).toBeGreaterThan(0);
    const dropped = text
      .split('\n')
      .filter((line) => !line.includes('"type":"detection"'))
      .join('\n');
    expect(await verify(dropped)).toMatchObject({ verdict: 'INVALID' });
    await expect(make('responder', { alert: randomUUID() })).rejects.toMatchObject({ code: 'not_found' });
  });

  test('of a query has what the query finds', async () => {
    const { report } = await make('auditor', { q: 'tool:read_file', ...range(), payload: '1' });
    expect(report.problems).toEqual([]);
    expect(report.events).toBe(310);
    await expect(make('auditor', { q: 'tool:read_file', session })).rejects.toMatchObject({ code: 'invalid' });
  });

  test('names what retention or anyone took from a range', async () => {
    const { text } = await make('auditor', { ...range(), payload: '1' });
    const lines = text.split('\n');
    const at = lines.findIndex((line) => line.includes('read_file'));
    const report = await verify([...lines.slice(0, at), ...lines.slice(at + 1)].join('\n'));
    expect(report.problems[0]).toMatchObject({ kind: 'missing', line: at + 1 });
  });

  test('comes by the API as a file, and not to another site', async () => {
    const headers = { authorization: await bearer(db.pool, 'integrity:read', 'event:read') };
    const response = await GET(get(`/api/v1/bundle?session=${session}`, headers), {});
    expect([response.status, response.ok ? '' : await response.text()]).toEqual([200, '']);
    expect(response.headers.get('content-disposition')).toMatch(/filename="custody-bundle-\d{8}T\d{6}Z\.jsonl"/);
    expect((await verify(await response.text())).problems).toEqual([]);
    expect((await GET(get(`/api/v1/bundle?session=${session}&payload=1`, headers), {})).status).toBe(403);
    const cookie = await sessionOf(await madeUser(db.pool, 'viewer'));
    const elsewhere = { cookie, 'sec-fetch-site': 'cross-site' };
    expect((await GET(get(`/api/v1/bundle?session=${session}`, elsewhere), {})).status).toBe(403);
    expect((await GET(get('/api/v1/bundle?disclose=nonsense', headers), {})).status).toBe(400);
    expect(bundleToMake.safeParse({ alert: 'x' }).success).toBe(false);
  });
});
