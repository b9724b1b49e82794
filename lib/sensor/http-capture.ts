import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { claimOfHeaders } from '../core/context/context-claim';
import type { HeaderClaim } from '../core/context/context-section';
import { clip } from '../core/event/clip';
import type { EventData } from '../core/event/envelope';
import { type Connection, newConnection } from '../core/mcp/describe';
import { defined } from '../core/mcp/members';
import type { Capture, Seen } from './capture';
import { createUnpacker, type Unpacker } from './content-encoding';
import type { Frame } from './frame';
import { headerMismatch } from './header-mismatch';
import { createSseFramer, type SseFramer } from './sse-framer';
import { maxMessage } from './stdio-capture';

type RequestFrame = Extract<Frame, { kind: 'http_request' }>;

interface Exchange {
  request: RequestFrame;
  seen: Seen;
  body: Body;
  response?: {
    status: number;
    headers: Record<string, string>;
    challenge: string | undefined;
    sse: SseFramer | null;
    unpack: Unpacker;
    body: Body;
  };
  open: { id: string | number; method: string }[];
}

/** Reads the copies of Streamable HTTP: requests and answers in bodies and in event streams, with and without sessions. */
export function captureHttp(capture: Capture, identify: (frame: RequestFrame) => Seen['identity']) {
  const exchanges = new Map<number, Exchange>();
  const sessions = new LRUCache<string, Connection>({ max: 1000 });
  /** What all requests without a session share: the server's definitions. */
  const common = newConnection();

  const connectionOf = (headers: Record<string, string>): Connection => {
    const session = headers['mcp-session-id'];
    if (session === undefined) {
      // Without a session nothing ties a request to the client of the one before.
      common.client = undefined;
      common.protocolVersion = headers['mcp-protocol-version'];
      return common;
    }
    const known = sessions.get(session) ?? newConnection();
    sessions.set(session, known);
    return known;
  };

  const begin = (request: RequestFrame) => {
    const session = request.headers['mcp-session-id'];
    exchanges.set(request.exchange, {
      request,
      open: [],
      body: createBody(),
      seen: {
        scope: session === undefined ? `x${request.exchange}` : `s${session}`,
        direction: 'to_server',
        at: request.at,
        bytes: 0,
        connection: connectionOf(request.headers),
        identity: identify(request),
        ...(session === undefined ? {} : { sessionId: session }),
        http: { method: clip(request.method, 512), path: clip(request.path, 4096), ...routing(request.headers) },
      },
    });
  };

  const requestEnds = (exchange: Exchange, at: number, complete: boolean) => {
    const { body, seen, request } = exchange;
    if (!complete || body.length === 0) return;
    const bytes = body.take();
    if (bytes === null) return capture.dropped(1, 'too_large', at);
    const mismatch = headerMismatch(request.headers, bytes);
    if (mismatch !== undefined && seen.http) seen.http.header_mismatch = mismatch;
    // In place, as what is said of the answer: the exchange keeps it.
    seen.header = headerClaim(request.headers, bytes);
    const requests = capture.message(bytes, seen);
    if (requests === null) capture.dropped(1, 'not_json', at);
    else exchange.open.push(...requests);
  };

  const responseBegins = (exchange: Exchange, frame: Extract<Frame, { kind: 'http_response' }>) => {
    const { headers, status } = frame;
    const { seen } = exchange;
    // In place: what was said of the request already sees it.
    if (seen.http) seen.http.status = status;
    const session = headers['mcp-session-id'];
    if (session !== undefined && seen.sessionId === undefined) {
      // The handshake's own connection becomes the session's.
      const connection: Connection = { ...newConnection(), client: common.client, server: common.server };
      sessions.set(session, connection);
      Object.assign(seen, { sessionId: session, connection });
    }
    const sse = headers['content-type']?.startsWith('text/event-stream') ? createSseFramer(maxMessage) : null;
    const body = createBody();
    const unpack = createUnpacker(headers['content-encoding'], (bytes, at) => {
      if (!sse) return body.add(bytes);
      for (const event of sse.push(bytes)) answer(exchange, Buffer.from(event), at);
      capture.dropped(sse.takeOversized(), 'too_large', at);
    });
    exchange.response = { status, headers, challenge: headers['www-authenticate'], sse, unpack, body };
  };

  const answer = (exchange: Exchange, bytes: Buffer, at: number) => {
    const { response, seen } = exchange;
    const header = response && headerClaim(response.headers, response.sse ? null : bytes);
    if (capture.message(bytes, { ...seen, direction: 'to_client', at, header }) === null) {
      capture.dropped(1, 'not_json', at);
    }
  };

  const responseEnds = (exchange: Exchange, at: number, complete: boolean) => {
    const { request, response, seen, open } = exchange;
    exchanges.delete(request.exchange);
    response?.unpack.end(at, () => {
      if (response.sse === null && complete && response.body.length > 0) {
        const bytes = response.body.take();
        if (bytes === null) capture.dropped(1, 'too_large', at);
        else if (response.status < 400) answer(exchange, bytes, at);
        else capture.message(bytes, { ...seen, direction: 'to_client', at });
      }
      // With a session the stream may be taken up again; without, or when the body was whole, no answer can come any more.
      if (response.sse === null || seen.sessionId === undefined) {
        for (const { id } of open) capture.abandon(seen.scope, 'to_server', id, at);
      }
      refusal(exchange, at);
      if (request.method === 'DELETE' && response.status < 400 && complete) sessionEnds(exchange, at);
    });
    if (!response) for (const { id } of open) capture.abandon(seen.scope, 'to_server', id, at);
  };

  const refusal = ({ seen, response, request }: Exchange, at: number) => {
    const status = response?.status;
    if (status !== 401 && status !== 403) return;
    capture.note('auth.refused', at, {
      ...seen.identity,
      auth: {
        ...seen.identity.auth,
        event: 'refused',
        http_status: status,
        ...(response?.challenge === undefined ? {} : refusedFor(response.challenge)),
      },
      mcp: { transport: 'streamable_http', http: { method: clip(request.method, 512), status } },
      outcome: { status: 'denied', reason_code: `http_${status}` },
    });
  };

  const sessionEnds = ({ seen }: Exchange, at: number) => {
    capture.close(at, seen.scope);
    if (seen.sessionId !== undefined) sessions.delete(seen.sessionId);
    capture.note('lifecycle.close', at, {
      ...seen.identity,
      lifecycle: { event: 'close' },
      mcp: { transport: 'streamable_http', ...(seen.sessionId ? { session_id: clip(seen.sessionId, 512) } : {}) },
    });
  };

  return (frame: Frame) => {
    if (frame.kind === 'http_request') return begin(frame);
    if (frame.kind === 'close') return capture.close(frame.at);
    if (!('exchange' in frame)) return;
    const exchange = exchanges.get(frame.exchange);
    if (!exchange) return;
    if (frame.kind === 'http_response') responseBegins(exchange, frame);
    else if (frame.kind === 'http_bytes') {
      if (frame.direction === 'to_server') exchange.body.add(frame.bytes);
      else exchange.response?.unpack.push(frame.bytes, frame.at);
    } else if (frame.direction === 'to_server') requestEnds(exchange, frame.at, frame.complete);
    else responseEnds(exchange, frame.at, frame.complete);
  };
}

/** What headers say of the context of a body; an event stream (`body` null) has no end to be measured. */
function headerClaim(headers: Record<string, string>, body: Buffer | null): HeaderClaim | undefined {
  const claim = claimOfHeaders(headers);
  if (!claim) return undefined;
  return { claim, content: body && { bytes: body.length, digest: hash('sha256', body) } };
}

/** What a server asks for when it refuses (RFC 6750 section 3, RFC 9728 section 5.1). */
function refusedFor(challenge: string): NonNullable<EventData['auth']> {
  const parameter = (name: string) => new RegExp(`\\b${name}="([^"]{0,4096})"`).exec(challenge)?.[1];
  const scopes = parameter('scope')?.split(' ').filter(Boolean).slice(0, 100);
  return {
    www_authenticate: clip(challenge, 4096),
    ...defined({ reason: parameter('error'), scopes_requested: scopes?.map((scope) => clip(scope, 512)) }),
  };
}

const routing = (headers: Record<string, string>) => ({
  ...(headers['mcp-method'] === undefined ? {} : { mcp_method_header: clip(headers['mcp-method'], 512) }),
  ...(headers['mcp-name'] === undefined ? {} : { mcp_name_header: clip(headers['mcp-name'], 512) }),
});

type Body = ReturnType<typeof createBody>;

/** A body up to the bound; beyond it `take` answers null. */
function createBody() {
  let parts: Uint8Array[] = [];
  let length = 0;
  return {
    add(bytes: Uint8Array) {
      length += bytes.length;
      if (length > maxMessage) parts = [];
      else parts.push(bytes);
    },
    take: (): Buffer | null => (length > maxMessage ? null : Buffer.concat(parts)),
    get length() {
      return length;
    },
  };
}
