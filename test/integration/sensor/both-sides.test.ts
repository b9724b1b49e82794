import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { AuditEvent } from '@/lib/core/event/envelope';
import { enrollSourceKey } from '@/lib/services/enroll-source-key';
import { compareSides } from '@/lib/worker/one-sided';
import { type Running, startHttpTap, type Tapping, tapCommand, tapEnvironment } from '../../scenario/sensors';
import { madeUser } from '../../support/made';
import { testDatabase } from '../../support/postgres';
import { takeIn, takeInOwn } from '../../support/take-in';
import { isCall, type Sink, startSink } from './sink';
import { bundledCustody, type Process, start } from './tap-process';

const custody = bundledCustody();
const db = testDatabase();
let server: Server;
let direct: string;
let sink: Sink;
let gateway: Running;
let client: Process;
let n = 0;
let asked = 0;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { id } = JSON.parse(Buffer.concat(chunks).toString());
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: 'done' }] } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  direct = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
});
afterAll(() => void server.close());

beforeEach(async () => {
  sink = await startSink();
  const tapping: Tapping = {
    custody: custody.command,
    stateFolder: join(custody.folder, `both-${n++}`),
    target: { http: { url: sink.url, apiKey: 'key' } },
    log: () => {},
  };
  gateway = await startHttpTap(tapping, `gateway-${n}`, direct);
  const bridge = [process.execPath, 'test/support/bridge.mjs', gateway.url, direct];
  client = start(
    [...tapCommand(tapping, `client-${n}`, null), '--vantage', 'client', '--', ...bridge],
    tapEnvironment(tapping),
  );
});
afterEach(async () => {
  client.child.stdin?.end();
  await client.ended;
  await gateway.stop();
  await sink.stop();
});

const callLine = (way: string, traced: boolean) => {
  const traceparent = `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
  const params = { name: 'read_file', arguments: { way }, ...(traced && { _meta: { traceparent } }) };
  return `${JSON.stringify({ jsonrpc: '2.0', id: ++asked, method: 'tools/call', params })}\n`;
};
/** By the client, through its sensor: on to the sensor before the server, or past it. */
async function call(way: 'through' | 'direct', traced = true) {
  const lines = () => Buffer.concat(client.output).toString().split('\n').length;
  const before = lines();
  client.write(callLine(way, traced));
  while (lines() === before) await delay(10);
}
/** By somebody who has no sensor: only the one before the server sees it. */
const bypass = (traced = true) => fetch(gateway.url, { method: 'POST', body: callLine('through', traced) });

/** Takes in what the sensors sent, compares, and answers the alerts' detections. */
async function alerts(calls: number) {
  const events: AuditEvent[] = [];
  for (const event of await sink.until(calls, isCall)) void event;
  for (const event of sink.events) if (!events.some(({ id }) => id === event.id)) events.push(event);
  const admin = await madeUser(db.pool, 'admin');
  for (const enrolled of sink.enrolled) {
    const { source, kid, public_key } = enrolled as unknown as Record<string, string>;
    await enrollSourceKey(admin, { source: source ?? '', kid, publicKey: public_key ?? '' });
  }
  const outcomes = await takeIn(events);
  expect(outcomes.filter(({ outcome }) => outcome === 'dead_letter')).toEqual([]);
  await compareSides(db.pool, Date.now() + 2000, 1000);
  await takeInOwn(db.pool);
  const { rows } = await db.pool.query<{ summary: string; evidence: { pointer: string; excerpt: string }[] }>(
    `SELECT summary, evidence FROM detection WHERE rule_id = 'one-sided-call' AND event_time > $1 ORDER BY event_time, event_id`,
    [events[0]?.time],
  );
  return rows.map(({ summary, evidence }) => ({ summary, call: evidence[0]?.excerpt }));
}
const sides = (side: string) => sink.events.filter(isCall).filter(({ data }) => data.observation?.vantage === side);

test('a call that goes past the sensor before the server is missed there, and one that goes past the client’s is missed here', async () => {
  await call('through');
  await delay(2300);
  await call('direct');
  await bypass();
  await delay(2300);
  await call('through');
  const found = await alerts(6);
  const gone = sides('client').find(({ data }) => JSON.stringify(data.request).includes('direct'));
  const met = new Set(sides('client').map(({ traceparent }) => traceparent));
  const alone = sides('gateway').find(({ traceparent }) => !met.has(traceparent));
  expect(found.map(({ call }) => call).sort()).toEqual([gone?.id, alone?.id].sort());
  expect(found.map(({ summary }) => summary.slice(0, 17)).sort()).toEqual(['The client’s side', 'The server’s side']);
});

test('no alarm where both see all, nor where the other side has only just begun or has gone', async () => {
  await call('direct');
  await call('through');
  await delay(2300);
  await call('through');
  await delay(2300);
  await gateway.stop();
  await call('direct');
  expect(await alerts(6)).toEqual([]);
});

test('without traces calls meet by their ids, once they did so often', async () => {
  for (let i = 0; i < 5; i++) await call('through', false);
  await delay(2300);
  await call('direct', false);
  await delay(2300);
  await call('through', false);
  expect(await alerts(13)).toMatchObject([{ summary: expect.stringContaining('client’s side') }]);
});
