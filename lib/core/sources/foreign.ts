import { canonicalJson } from '../event/canonical';
import { clip } from '../event/clip';
import type { AuditEvent, EventData } from '../event/envelope';
import { foreignId } from '../event/id';
import type { Json, JsonObject } from '../event/json';
import { ok, type Result } from '../event/result';
import { isoTime } from '../event/time';
import { remember } from '../text/remember';
import type { SourceContext } from './source';

/** What an adapter read out of another emitter's record. */
export interface Draft {
  /** The emitter's own id of the record; without one the content is its id. */
  originalId: string | undefined;
  /** In the envelope's form; without one the time of receipt. */
  time: string | undefined;
  /** Which of several emitters of this format it was. */
  emitter: string | undefined;
  tenant?: string | undefined;
  /** Without `mcp.audit.` and `.v1`. */
  type: string;
  subject?: string | undefined;
  trace?: { traceId: string | undefined; spanId: string | undefined };
  vantage: NonNullable<EventData['observation']>['vantage'];
  data: EventData;
  /** What the envelope has no place for. */
  rest: JsonObject | undefined;
}

/** The event of a record in a format that is not ours: reported, under an id that is the same whenever it comes again. */
export function foreignEvent(format: string, json: Json, draft: Draft, ctx: SourceContext): Result<AuditEvent> {
  const { originalId, tenant, data, rest } = draft;
  data.observation ??= draft.vantage ? { vantage: draft.vantage, assertion: 'reported' } : { assertion: 'reported' };
  if (tenant) data.tenant = tenant;
  if (rest) data.ext = { ...data.ext, [format]: rest };
  const source = clip(
    `urn:mcp:src:${encoded(tenant ?? 'default')}:${format}:${encoded(draft.emitter ?? 'default')}`,
    512,
  );
  const origin = originalId ?? canonicalJson(draft.time ? json : [json, ...placeOf(ctx)]);
  const event: AuditEvent = {
    specversion: '1.0',
    id: foreignId(ctx.sha256, source, origin),
    source,
    type: `mcp.audit.${draft.type}.v1`,
    time: draft.time ?? (isoTime(ctx.receivedAt) as string),
    dataschema: 'urn:mcp:audit:1',
    data,
  };
  if (draft.subject) event.subject = clip(draft.subject, 2048);
  const traceparent = traceparentOf(draft.trace);
  if (traceparent) event.traceparent = traceparent;
  return ok(event);
}

const placeOf = ({ place: { delivery, position, item } }: SourceContext) => [delivery, String(position), item];

const encoded = remember(1_000, encodeURIComponent);

function traceparentOf(trace: Draft['trace']): string | undefined {
  const traceId = trace?.traceId?.toLowerCase() ?? '';
  const spanId = trace?.spanId?.toLowerCase() ?? '';
  return /^[0-9a-f]{32}$/.test(traceId) && /^[0-9a-f]{16}$/.test(spanId) ? `00-${traceId}-${spanId}-01` : undefined;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/**
 * `members` itself, or `into` with those of them that are defined; undefined where none is. A member that is undefined
 * counts for none wherever an event goes: leaving it in spares a copy, a dozen times for each event.
 */
export function section<T extends object, Into extends object = Defined<T>>(
  members: T,
  into?: Into,
): (Defined<T> & Into) | undefined {
  for (const name in members) {
    const value = members[name];
    if (value === undefined) continue;
    if (into === undefined) return members as unknown as Defined<T> & Into;
    (into as Record<string, unknown>)[name] = value;
  }
  return into as (Defined<T> & Into) | undefined;
}

/** Without the sections that are empty. */
export const dataOf = (sections: { [K in keyof EventData]: EventData[K] | undefined }, into?: EventData): EventData =>
  (section(sections, into) ?? {}) as EventData;

/** Milliseconds, with fractions, in microseconds as the envelope writes them. */
export const microseconds = (ms: number | undefined): string | undefined =>
  ms !== undefined && ms >= 0 && ms < 1e12 ? String(Math.round(ms * 1000)) : undefined;

/** Key of a server that others report. */
export const serverId = (format: string, name: string | undefined): string | undefined =>
  name === undefined ? undefined : clip(`${format}:${name}`, 512);

type Status = NonNullable<NonNullable<EventData['outcome']>['status']>;
const statuses: Record<string, Status> = {
  success: 'success',
  ok: 'success',
  allowed: 'success',
  failure: 'failure',
  failed: 'failure',
  error: 'failure',
  application_error: 'failure',
  denied: 'denied',
  blocked: 'denied',
  timeout: 'timeout',
};
/** The words of others for how it ended. */
export const statusOf = (word: string | undefined): Status => lookUp(statuses, word?.toLowerCase()) ?? 'unknown';

/** What a table has for a word of someone else, who may have written `constructor`. */
export const lookUp = <T>(table: Record<string, T>, word: string | undefined): T | undefined =>
  word !== undefined && Object.hasOwn(table, word) ? table[word] : undefined;
