import { type ContextTools, contextOf, type HeaderClaim } from '../core/context/context-section';
import { clip } from '../core/event/clip';
import type { EventData } from '../core/event/envelope';
import type { Sha256Hex } from '../core/event/hash';
import { isObject } from '../core/event/json';
import { type Connection, describe, newConnection } from '../core/mcp/describe';
import { type Direction, readMessage } from '../core/mcp/message';
import { type Circumstance, createPairing, type Exchange } from '../core/mcp/pairing';
import type { Draft } from './chain-writer';
import { createOperations } from './operations';
import type { Vantage } from './options';
import { type Alteration, readJson, safeContent } from './safe-content';

/** A message's circumstance, with what its HTTP request adds to the event. */
export interface Seen extends Circumstance {
  /** Whose connection it belongs to. */
  connection: Connection;
  http?: NonNullable<NonNullable<EventData['mcp']>['http']>;
  sessionId?: string;
  identity: Pick<EventData, 'actor' | 'agent' | 'auth'>;
  irregular?: string;
  /** What the HTTP headers say of the context. */
  header?: HeaderClaim | undefined;
}

export interface CaptureOptions {
  tenant: string;
  transport: 'stdio' | 'streamable_http';
  vantage: Vantage;
  /** `data.server` of all events: id, and what the command line or the address say. */
  server: NonNullable<EventData['server']>;
  sha256: Sha256Hex;
  context: ContextTools & { level: NonNullable<EventData['context']>['security_level'] };
  emit(draft: Draft): void;
  generated?: boolean;
}

/** From messages to events that are not yet signed: pairs, describes, says who, where and how long. */
export function createCapture(options: CaptureOptions) {
  const pairing = createPairing<Seen>();
  const operations = createOperations();
  let dropped = 0;

  const base = (): EventData => ({
    tenant: options.tenant,
    observation: {
      vantage: options.vantage,
      assertion: 'observed',
      capture_mode: 'redacted',
      clock_source: 'system',
    },
  });

  const emit = (draft: Draft) => {
    const alterations = new Set<Alteration>();
    const data = safeContent(draft.data, alterations);
    if (alterations.size > 0) {
      data.ext = { ...data.ext, tap: { ...(data.ext?.tap as object), altered: [...alterations] } };
    }
    const subject = draft.subject === undefined ? undefined : safeContent(draft.subject, alterations);
    options.emit({ ...draft, data, ...(subject === undefined ? {} : { subject }) });
  };

  const report = (exchange: Exchange<Seen>, endedAt: number) => {
    const { sent, answered } = exchange;
    const { identity, http } = sent;
    // The answer to a handshake belongs to the session that it opens.
    const { connection, sessionId } = answered ?? sent;
    const { data: described, ...attributes } = describe(exchange, connection, options.sha256);
    const status = http?.status;
    const irregular = [...new Set([sent.irregular, answered?.irregular].filter((reason) => reason !== undefined))];
    const data: EventData = {
      ...base(),
      ...described,
      ...identity,
      ...operations.of(exchange),
      mcp: {
        ...described.mcp,
        transport: options.transport,
        ...(sessionId === undefined ? {} : { session_id: clip(sessionId, 512) }),
        ...(http === undefined ? {} : { http: { ...http } }),
      },
      server: { ...described.server, ...options.server },
      timing: {
        started_at: iso(sent.at),
        ended_at: iso(endedAt),
        duration_us: String(Math.max(0, Math.round((endedAt - sent.at) * 1000))),
      },
    };
    const answer = exchange.answer && 'result' in exchange.answer ? exchange.answer.result : undefined;
    const context = contextOf(
      data,
      { header: sent.header, message: exchange.params },
      { header: answered?.header, message: isObject(answer) ? answer : undefined },
      options.context.level,
      options.context,
    );
    if (context) data.context = context;
    if (exchange.id === undefined) delete data.timing;
    if (!exchange.answer && status !== undefined && status >= 400) {
      data.outcome = { status: status === 401 || status === 403 ? 'denied' : 'failure', reason_code: `http_${status}` };
    }
    if (irregular.length > 0) data.ext = { tap: { irregular } };
    emit({ ...attributes, at: endedAt, data });
  };

  return {
    /** One JSON text as it passed: a message, or a batch of them. Answers the requests in it; null where it is not JSON. */
    message(bytes: Buffer, seen: Seen): { id: string | number; method: string }[] | null {
      const json = readJson(bytes);
      if (!json) return null;
      // What has no canonical form can't be hashed either, and a definition is hashed before its event is made.
      const value = json.irregular === undefined ? json.value : safeContent(json.value, new Set());
      const items = Array.isArray(value) ? value : [value];
      const requests: { id: string | number; method: string }[] = [];
      items.forEach((item, index) => {
        const message = readMessage(item);
        if (message.kind === 'request') requests.push(message);
        const circumstance: Seen = {
          ...seen,
          bytes: items.length === 1 ? bytes.length : Buffer.byteLength(JSON.stringify(item)),
          ...(Array.isArray(value) ? { batchIndex: index } : {}),
          ...(json.irregular === undefined ? {} : { irregular: json.irregular }),
        };
        for (const exchange of pairing.observe(message, circumstance)) report(exchange, seen.at);
      });
      return requests;
    },
    abandon(scope: string, direction: Direction, id: string | number, at: number) {
      for (const exchange of pairing.abandon(scope, direction, id)) report(exchange, at);
    },
    /** Nothing more comes in this scope, or (without one) at all. */
    close(at: number, scope?: string) {
      for (const exchange of pairing.close(scope)) report(exchange, at);
    },
    /** An event about the connection or about the sensor itself. */
    note(type: string, at: number, data: EventData) {
      emit({
        type: `mcp.audit.${type}.v1`,
        at,
        data: {
          ...base(),
          outcome: { status: 'success' },
          ...data,
          ...(type.startsWith('chain.') ? {} : { server: options.server }),
        },
      });
    },
    /** Something passed that no event tells of. */
    dropped(count: number, reason: string, at: number) {
      if (count === 0) return;
      dropped += count;
      this.note('capture.dropped', at, { capture: { dropped_count: count }, ext: { tap: { reason } } });
    },
    droppedInAll: () => dropped,
    newConnection,
  };
}
export type Capture = ReturnType<typeof createCapture>;

const iso = (at: number): string => new Date(at).toISOString();
