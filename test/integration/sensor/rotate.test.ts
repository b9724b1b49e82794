import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { POST as postEvents } from '@/app/api/v1/events/route';
import { POST as rotate } from '@/app/api/v1/sources/rotate/route';
import { POST as enroll } from '@/app/api/v1/sources/route';
import { kidOf } from '@/lib/core/provenance/kid';
import { rawPublicKey, sha256 } from '@/lib/platform/crypto';
import { readKey } from '@/lib/sensor/state';
import { bearer } from '../../support/api';
import { testDatabase } from '../../support/postgres';
import { untilDone } from '../../support/until';
import { bundledCustody, start } from './tap-process';

// A sensor changes its key against the console's own routes, and its chain goes on.
const db = testDatabase();
const custody = bundledCustody();
const routes = { '/api/v1/events': postEvents, '/api/v1/sources': enroll, '/api/v1/sources/rotate': rotate };
let server: Server;
let url: string;
let keyFile: string;
/** Requests for a rotation that are carried out, and whose answer is lost. */
let loses = 0;

beforeAll(async () => {
  keyFile = join(custody.folder, 'api-key');
  writeFileSync(keyFile, (await bearer(db.pool, 'events:write', 'source:enroll')).replace('Bearer ', ''));
  server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const handle = routes[incoming.url as keyof typeof routes];
    const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)] as [string, string]);
    const request = new Request(`${url}${incoming.url}`, { method: 'POST', headers, body: Buffer.concat(chunks) });
    const answer = await handle(request, {});
    if (incoming.url?.endsWith('/rotate') && loses-- > 0) return void outgoing.destroy();
    outgoing.writeHead(answer.status, { 'content-type': 'application/json' });
    outgoing.end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

const state = () => join(custody.folder, 'state');
const kid = () => kidOf(sha256, rawPublicKey(readKey(join(state(), 'desk', 'key.pem'))));
const stored = async () =>
  (await db.pool.query('SELECT kid, type, status FROM event ORDER BY recorded_at, log_index')).rows as {
    kid: string;
    type: string;
  }[];

function tap() {
  const echoing = [process.execPath, '-e', 'process.stdin.pipe(process.stdout)'];
  const options = ['--to', url, '--key-file', keyFile, '--state', state(), '--instance', 'desk'];
  return start([...custody.command, 'tap', ...options, '--', ...echoing]);
}
async function oneCall(id: number) {
  const running = tap();
  const before = (await stored()).length;
  running.write(`${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'echo' } })}\n`);
  await untilDone(async () => expect((await stored()).length).toBeGreaterThan(before));
  return running;
}
async function rotateKey(...more: string[]) {
  const run = start([
    ...custody.command,
    'key',
    'rotate',
    '--state',
    state(),
    '--to',
    url,
    '--key-file',
    keyFile,
    ...more,
  ]);
  const { code } = await run.ended;
  return { code, output: Buffer.concat(run.output).toString(), errors: run.errors() };
}

test('a sensor’s key is changed while it stands still; its chain goes on under the new one', async () => {
  const first = await oneCall(1);
  const old = kid();
  const busy = await rotateKey();
  expect([busy.code, busy.errors]).toEqual([2, expect.stringContaining('the sensor desk runs; stop it')]);
  first.child.stdin?.end();
  await first.ended;

  const done = await rotateKey('desk');
  const now = kid();
  expect([done.code, done.errors, done.output]).toEqual([
    0,
    '',
    `${now} signs for urn:mcp:src:default:tap:desk now, in place of ${old}\n`,
  ]);
  expect(now).not.toBe(old);
  expect(readdirSync(join(state(), 'desk')).filter((name) => name.endsWith('.pem'))).toEqual(['key.pem']);

  const second = await oneCall(2);
  second.child.stdin?.end();
  await second.ended;
  await untilDone(async () => expect(new Set((await stored()).map((event) => event.kid))).toEqual(new Set([old, now])));
  const { rows: dead } = await db.pool.query('SELECT reason, detail FROM dead_letter');
  expect(dead).toEqual([]);
  const { rows: alerts } = await db.pool.query(
    `SELECT rule_id FROM alert WHERE rule_id LIKE 'source-%' OR rule_id LIKE '%epoch'`,
  );
  expect(alerts).toEqual([]);
});

test('a change whose answer was lost is the same when it is asked for again', async () => {
  const old = kid();
  loses = 1;
  const lost = await rotateKey();
  expect([lost.code, lost.errors]).toEqual([2, expect.stringContaining('does not answer')]);
  expect(kid()).toBe(old);
  expect(existsSync(join(state(), 'desk', 'key.next.pem'))).toBe(true);
  expect((await rotateKey()).code).toBe(0);
  expect(kid()).not.toBe(old);
  const { rows } = await db.pool.query('SELECT replaced_by FROM source_key WHERE kid = $1', [old]);
  expect(rows).toEqual([{ replaced_by: kid() }]);
});

test('what is wrong is said, and nothing is changed', async () => {
  const before = kid();
  const unknown = await rotateKey('--tenant', 'other');
  expect([unknown.code, unknown.errors]).toEqual([
    2,
    expect.stringMatching(/refused it, and nothing was changed: There is no source key/),
  ]);
  const nobody = await rotateKey('nobody');
  expect([nobody.code, nobody.errors]).toEqual([2, expect.stringContaining('there is no sensor nobody')]);
  expect(kid()).toBe(before);
});
