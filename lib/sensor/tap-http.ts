import {
  createServer,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { CaptureThread } from './capture-thread';
import { heldBody, type WriteContext } from './context-headers';
import { now } from './frame';

export interface HttpTap {
  /** Where clients connect instead of to the server. */
  url: string;
  /** Takes no more connections, breaks off what is open, and waits for the captured events to be kept. */
  close(): Promise<void>;
}

/** Headers that belong to one connection, not to the message (RFC 9110, 7.6.1). */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
]);

/**
 * Stands before a Streamable HTTP server. Bodies and event streams are passed on piece by piece as they come, headers as they
 * are (but for Host and those of the connection), and only then copied.
 */
export async function tapHttp(
  upstream: URL,
  listen: { host: string; port: number },
  capture: CaptureThread,
  writeContext?: WriteContext,
): Promise<HttpTap> {
  const secure = upstream.protocol === 'https:';
  const agent = new (secure ? HttpsAgent : HttpAgent)({
    keepAlive: true,
    noDelay: true,
    maxSockets: Number.POSITIVE_INFINITY,
  });
  const open = secure ? httpsRequest : httpRequest;
  let exchanges = 0;

  const server = createServer((request, response) => {
    if (isLoopback(listen.host) && !isLoopback(request.headers.host ?? '')) {
      response.writeHead(403, { 'content-type': 'text/plain' }).end(otherSite);
      return;
    }
    const held = writeContext ? heldBody(request) : null;
    if (!held || !writeContext) return pass(request, response, []);
    void held.then((body) => {
      pass(request, response, writeContext(request, body));
      request.resume();
    });
  });

  /** `added`: headers beside the client's own. */
  function pass(request: IncomingMessage, response: ServerResponse, added: string[]): void {
    const exchange = ++exchanges;
    const passed = open({
      agent,
      protocol: upstream.protocol,
      hostname: upstream.hostname.replace(/^\[|\]$/g, ''),
      port: upstream.port,
      method: request.method,
      path: request.url,
      headers: [...passedOn(request.rawHeaders), ...added, 'Host', upstream.host] as unknown as Record<string, string>,
    });
    passed.setNoDelay(true);
    passed.flushHeaders();
    capture.send({
      kind: 'http_request',
      exchange,
      at: now(),
      method: request.method ?? '',
      path: request.url ?? '',
      headers: { ...plainHeaders(request), ...plainPairs(added) },
      ip: request.socket.remoteAddress ?? '',
    });
    forward(request, passed, exchange, 'to_server', capture);

    passed.on('response', (answer) => {
      const { statusCode: status = 0, statusMessage = '' } = answer;
      if (status < 100) return void passed.destroy(new Error(`it answered with the status ${status}`));
      response.writeHead(status, statusMessage.replace(notReason, ' '), passedOn(answer.rawHeaders));
      response.flushHeaders();
      capture.send({ kind: 'http_response', exchange, at: now(), status, headers: plainHeaders(answer) });
      forward(answer, response, exchange, 'to_client', capture);
    });
    passed.on('upgrade', (_, socket) => {
      socket.destroy();
      failed(new Error('it changed the protocol, which nobody asked for'));
    });
    passed.on('error', failed);
    function failed(error: Error): void {
      if (response.destroyed) return;
      if (response.headersSent) return void response.destroy();
      response
        .writeHead(502, { 'content-type': 'text/plain' })
        .end(`custody tap: ${upstream.origin}: ${error.message}\n`);
      capture.send({ kind: 'http_response', exchange, at: now(), status: 502, headers: {} });
      capture.send({ kind: 'http_end', exchange, direction: 'to_client', at: now(), complete: true });
    }
    response.on('close', () => {
      if (response.writableFinished) return;
      passed.destroy();
      capture.send({ kind: 'http_end', exchange, direction: 'to_client', at: now(), complete: false });
    });
  }
  // Event streams stay open for as long as they like; how long a request may take is the server's business.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(listen.port, listen.host, resolve);
  });
  const { address, port, family } = server.address() as AddressInfo;
  const path = upstream.pathname === '/' ? '' : upstream.pathname;

  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}${path}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      agent.destroy();
      await closed;
      await capture.close({});
    },
  };
}

type Passed = ReturnType<typeof httpRequest> | ServerResponse;

function forward(
  from: IncomingMessage,
  to: Passed,
  exchange: number,
  direction: 'to_server' | 'to_client',
  capture: CaptureThread,
): void {
  from.on('data', (chunk: Buffer) => {
    if (!to.write(chunk) && !to.destroyed) from.pause();
    capture.send({ kind: 'http_bytes', exchange, direction, at: now(), bytes: new Uint8Array(chunk) });
  });
  to.on('drain', () => from.resume());
  from.on('end', () => {
    to.end();
    capture.send({ kind: 'http_end', exchange, direction, at: now(), complete: from.complete });
  });
  from.on('error', () => to.destroy());
  from.on('aborted', () => to.destroy());
}

/** What RFC 9112 allows in a reason phrase; Node reads more than it writes. */
const notReason = /[^\t\x20-\x7e\x80-\xff]/g;

/**
 * Whether a host, or a Host header, is this machine's alone. A web page can give this machine the name of its own site, and then
 * talk to whatever listens here; servers refuse that by the Host header, which they get of us as their own.
 */
const isLoopback = (host: string): boolean =>
  /^(?:(?:[^:@/]+\.)?localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[?::1\]?)(?::\d*)?$/i.test(host);

const otherSite = 'custody tap: it listens for this machine alone, and the Host header names another; see --listen\n';

/** Raw headers without those of the connection and without Host: names, order, case and repetitions as sent. */
function passedOn(raw: string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string;
    const lower = name.toLowerCase();
    if (hopByHop.has(lower) || lower === 'host') continue;
    kept.push(name, raw[i + 1] as string);
  }
  return kept;
}

function plainPairs(raw: string[]): Record<string, string> {
  const plain: Record<string, string> = {};
  for (let i = 0; i < raw.length; i += 2) plain[(raw[i] as string).toLowerCase()] = raw[i + 1] as string;
  return plain;
}

function plainHeaders({ headers }: IncomingMessage): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}
