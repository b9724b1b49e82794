import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connectHttp } from '../../scenario/clients';
import { type Running, startHttpTap, type Tapping } from '../../scenario/sensors';
import { startEverything, startTickets } from '../../scenario/servers';
import { disclosedActor, isCall, personMarker, type Sink, startSink } from './sink';
import { bundledCustody } from './tap-process';

const custody = bundledCustody();
const ada = { actor: 'ada@example.com', agent: 'tester' };
let sink: Sink;
let tapping: Tapping;
let n = 0;
beforeEach(async () => {
  sink = await startSink();
  tapping = {
    custody: custody.command,
    stateFolder: join(custody.folder, `state-${n++}`),
    target: { http: { url: sink.url, apiKey: 'key' } },
    log: () => {},
  };
});
afterEach(() => sink.stop());

describe('before real servers', () => {
  test('2025-11-25: sessions, server requests on the event stream, the end of the session', async () => {
    const server = await startEverything(() => {});
    const tap = await startHttpTap(tapping, 'i', server.url);
    const client = await connectHttp(tap.url, ada, 'sessions');
    await client.listTools();
    expect(await client.callTool({ name: 'echo', arguments: { message: 'hello' } })).toMatchObject({
      content: [{ text: 'Echo: hello' }],
    });
    await client.callTool({ name: 'trigger-sampling-request', arguments: { prompt: 'p', maxTokens: 5 } });
    await client.close();
    const [echo] = await sink.until(2, isCall);
    expect(echo?.data).toMatchObject({
      actor: { id: expect.stringMatching(personMarker), id_assurance: 'claimed', auth_method: 'bearer' },
      client: { name: 'tester' },
      server: { id: new URL(server.url).origin, name: 'mcp-servers/everything' },
      mcp: { protocol_version: '2025-11-25', session_id: expect.any(String), http: { method: 'POST', status: 200 } },
      tool: { definition_hash: expect.any(String) },
    });
    expect(disclosedActor(echo)).toBe('ada@example.com');
    const [sampling] = await sink.until(1, (event) => event.type === 'mcp.audit.rpc.sampling.v1');
    expect(sampling?.data.outcome?.status).toBe('success');
    await sink.until(1, (event) => event.type === 'mcp.audit.lifecycle.close.v1');
    await tap.stop();
    await server.stop();
  });

  test('2026-07-28: no session, routing headers', async () => {
    const server = await startTickets(() => {});
    const tap = await startHttpTap(tapping, 'i', server.url);
    const client = await connectHttp(tap.url, ada, 'stateless');
    await client.callTool({ name: 'get_ticket', arguments: { id: 101 } });
    const [event] = await sink.until(1, isCall);
    expect(event?.data.mcp).toMatchObject({
      protocol_version: '2026-07-28',
      http: { mcp_method_header: 'tools/call', mcp_name_header: 'get_ticket', header_mismatch: false },
    });
    expect(event?.data.mcp).not.toHaveProperty('session_id');
    await sink.until(1, (one) => one.type === 'mcp.audit.lifecycle.discover.v1');
    await client.close();
    await tap.stop();
    await server.stop();
  });
});

describe('before a server that does as the test says', () => {
  let server: Server;
  let answer: Parameters<typeof createServer>[1];
  let tap: Running;
  let seen: { headers: string[]; body: string; url: string }[];
  beforeAll(async () => {
    server = createServer((incoming, outgoing) => answer?.(incoming, outgoing as never));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(async () => {
    seen = [];
    tap = await startHttpTap(tapping, 'i', `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
  });
  afterEach(() => tap.stop());
  afterAll(() => void server.close());

  const rpc = (id: number, method = 'tools/call') =>
    JSON.stringify({ jsonrpc: '2.0', id, method, params: { name: 'slow', arguments: {} } });
  const result = (id: number) => JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } });
  const send = (body: string, headers: Record<string, string> = {}) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      request(tap.url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers } })
        .once('response', resolve)
        .once('error', reject)
        .end(body);
    });
  const text = async (response: IncomingMessage) => {
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  };

  test('an event stream is passed on piece by piece, without delay', async () => {
    let go = () => {};
    answer = (incoming, outgoing) => {
      incoming.resume();
      outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
      outgoing.write('data: {"jsonrpc":"2.0","method":"notifications/progress","params":{}}\n\n');
      go = () => outgoing.end(`data: ${result(1)}\n\n`);
    };
    const response = await send(rpc(1));
    const first = await new Promise<Buffer>((resolve) => response.once('data', resolve));
    // The server has not ended its answer, and will only now.
    expect(first.toString()).toContain('notifications/progress');
    go();
    expect((await text(response)).toString()).toContain('"result"');
    await sink.until(1, (event) => event.type === 'mcp.audit.rpc.notification.v1');
    expect((await sink.until(1, isCall))[0]?.data.outcome?.status).toBe('success');
  });

  test('headers, status and bodies pass as they are, and a compressed answer is still understood', async () => {
    const body = gzipSync(result(2));
    answer = (incoming, outgoing) => {
      incoming.setEncoding('utf8').on('data', (chunk) => {
        seen.push({ headers: incoming.rawHeaders, body: chunk, url: incoming.url ?? '' });
      });
      incoming.on('end', () => {
        outgoing.writeHead(200, {
          'content-type': 'application/json',
          'content-encoding': 'gzip',
          'X-Odd-Case': 'kept',
        });
        outgoing.end(body);
      });
    };
    const response = await send(rpc(2), { 'X-Mine': 'yes', 'Mcp-Method': 'tools/list' });
    expect((await text(response)).equals(body)).toBe(true);
    expect(response.rawHeaders).toContain('X-Odd-Case');
    expect(seen[0]).toMatchObject({ body: rpc(2), url: '/mcp', headers: expect.arrayContaining(['X-Mine', 'yes']) });
    const [event] = await sink.until(1, isCall);
    expect(event?.data.mcp?.http?.header_mismatch).toBe(true);
    expect(event?.data.result?.content).toEqual([]);
  });

  test.each([
    [401, 'denied'],
    [500, 'failure'],
  ])('HTTP %i ends the request as %s', async (status, outcome) => {
    answer = (incoming, outgoing) => {
      incoming.resume().on('end', () => outgoing.writeHead(status).end('no'));
    };
    const response = await send(rpc(3), { authorization: 'Bearer secret-token' });
    expect([response.statusCode, (await text(response)).toString()]).toEqual([status, 'no']);
    const [event] = await sink.until(1, isCall);
    expect(event?.data.outcome).toEqual({ status: outcome, reason_code: `http_${status}` });
    if (status === 401) await sink.until(1, (one) => one.type === 'mcp.audit.auth.refused.v1');
    expect(JSON.stringify(sink.events)).not.toContain('secret-token');
  });

  test('a client that goes away takes the request to the server with it', async () => {
    const gone = new Promise<void>((resolve) => {
      answer = (incoming, outgoing) => {
        incoming.resume();
        outgoing.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
        outgoing.on('close', resolve);
      };
    });
    const response = await send(rpc(4));
    response.destroy();
    await gone;
    expect((await sink.until(1, isCall))[0]?.data.outcome?.status).toBe('unknown');
  });

  test('a server that is not there is a plain 502', async () => {
    const other = await startHttpTap(tapping, 'other', 'http://127.0.0.1:21398/mcp');
    const response = await fetch(other.url, { method: 'POST', body: rpc(5) });
    expect(response.status).toBe(502);
    expect(await response.text()).toContain('127.0.0.1:21398');
    await other.stop();
  });
});

describe('before a server that breaks the rules of HTTP', () => {
  test.each([
    ['control characters in its reason', 'HTTP/1.1 200 O\x01\x1b[2JK\r\nContent-Length: 2\r\n\r\n{}'],
    ['a status that is none', 'HTTP/1.1 000 Nothing\r\nContent-Length: 2\r\n\r\n{}'],
    ['control characters in a header', 'HTTP/1.1 200 OK\r\nX-A: a\x01\r\nContent-Length: 2\r\n\r\n{}'],
    ['bytes beyond ASCII', 'HTTP/1.1 200 \xe9\r\nX-A: \xe9\r\nContent-Length: 2\r\n\r\n{}'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}'],
    ['another protocol', 'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'],
    ['no HTTP', '\x00\x01\x02\r\n\r\n'],
  ])('%s: the client gets an answer, and the sensor lives', async (_, raw) => {
    let answers = raw;
    const upstream = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(Buffer.from(answers, 'latin1')));
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    const tap = await startHttpTap(tapping, 'raw', `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/mcp`);
    const ask = async () => {
      const response = await fetch(tap.url, { method: 'POST', body: '{}', signal: AbortSignal.timeout(10_000) });
      await response.text();
      return response.status;
    };
    expect([200, 502]).toContain(await ask());
    answers = 'HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n';
    expect(await ask()).toBe(201);
    await tap.stop();
    upstream.close();
  });
});

test('a web page that gave this machine the name of its own site reaches no server', async () => {
  const hosts: string[] = [];
  const server = createServer((incoming, outgoing) => {
    hosts.push(incoming.headers.host ?? '');
    outgoing.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const tap = await startHttpTap(tapping, 'names', `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
  const { port } = new URL(tap.url);
  const statusFor = (host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      request(tap.url, { method: 'POST', headers: { host } })
        .once('response', (response) => resolve(response.resume().statusCode))
        .once('error', reject)
        .end('{}');
    });
  for (const host of [`evil.example:${port}`, `127.0.0.1.evil.example:${port}`, 'localhost@evil.example']) {
    expect(await statusFor(host), host).toBe(403);
  }
  expect(hosts).toEqual([]);
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST`, `[::1]:${port}`]) {
    expect(await statusFor(host), host).toBe(200);
  }
  await tap.stop();
  server.close();
});
