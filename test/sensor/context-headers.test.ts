import { mkdtempSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkClaim, claimOfHeaders } from '@/lib/core/context/context-claim';
import { toHex } from '@/lib/core/provenance/bytes';
import { nodeCrypto, sha256 } from '@/lib/platform/crypto';
import { contextWriter } from '@/lib/sensor/context-headers';
import type { Frame } from '@/lib/sensor/frame';
import { type HttpTap, tapHttp } from '@/lib/sensor/tap-http';

const seen: { headers: IncomingHttpHeaders; body: string }[] = [];
const frames: Frame[] = [];
const server = createServer((request, response) => {
  let body = '';
  request
    .on('data', (part) => (body += part))
    .on('end', () => {
      seen.push({ headers: request.headers, body });
      response.end('{}');
    });
});
const chain = `urn:mcp:src:t:tap:a;e;4;${'1'.repeat(64)}`;
let tap: HttpTap;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const upstream = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
  const folder = mkdtempSync(join(tmpdir(), 'context-'));
  const capture = {
    folder: () => folder,
    chainHead: () => chain,
    send: (frame: Frame) => void frames.push(frame),
    close: async () => {},
  };
  const write = contextWriter({ ...capture, securityLevel: 'confidential', secure: false });
  tap = await tapHttp(upstream, { host: '127.0.0.1', port: 0 }, capture, write);
});
afterAll(async () => {
  await tap.close();
  server.close();
});

async function post(parts: string[], headers: Record<string, string | number>) {
  seen.length = 0;
  frames.length = 0;
  await new Promise<void>((resolve, reject) => {
    const request = httpRequest(tap.url, { method: 'POST', headers }, (answer) => answer.resume().on('end', resolve));
    request.on('error', reject);
    for (const part of parts) request.write(part);
    request.end();
  });
  return seen[0] as (typeof seen)[number];
}

const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'é'.repeat(50_000) } });
const length = { 'content-length': Buffer.byteLength(body) };

test('a request gets headers that hold over its body, which passes as it is', async () => {
  const got = await post([body.slice(0, 40), body.slice(40)], length);
  expect(got.body).toBe(body);
  const claim = claimOfHeaders(got.headers as Record<string, string>);
  expect(claim).toMatchObject({ security_level: 'confidential', encryption: 'none', provenance_chain: chain });
  const content = { bytes: length['content-length'], digest: toHex(sha256(body)) };
  expect(checkClaim(claim ?? {}, content, nodeCrypto)).toEqual([]);
  expect(checkClaim(claim ?? {}, { ...content, digest: toHex(sha256(`${body} `)) }, nodeCrypto)).toEqual([
    'signature_does_not_hold',
  ]);
  const [first] = frames;
  expect(first).toMatchObject({ kind: 'http_request', headers: { 'context-id': claim?.id } });
  const bytes = frames.filter((frame) => frame.kind === 'http_bytes' && frame.direction === 'to_server');
  expect(Buffer.concat(bytes.map((frame) => ('bytes' in frame ? frame.bytes : new Uint8Array()))).toString()).toBe(
    body,
  );
});

test('what a client says itself passes, and nothing is added', async () => {
  const got = await post([body], { ...length, 'Context-ID': 'mine' });
  expect(claimOfHeaders(got.headers as Record<string, string>)).toEqual({ id: 'mine' });
});

test('a body of unknown length passes at once, without headers', async () => {
  const got = await post([body], { 'transfer-encoding': 'chunked' });
  expect(got.body).toBe(body);
  expect(claimOfHeaders(got.headers as Record<string, string>)).toBeNull();
});
