import { clip } from '../event/clip';
import type { AuditEvent } from '../event/envelope';
import { isMarker } from '../redaction/marker';
import type { Case } from './case';
import type { EventRow } from './contract';

const none = new Uint8Array(0);

/** The columns that are read out of an event, cut and bounded to what their types and indexes hold. */
export function columnsOf({ data, traceparent }: AuditEvent) {
  const duration = data.timing?.duration_us;
  return {
    method: column(data.mcp?.method),
    server: column(data.server?.id),
    tool: column(data.tool?.name),
    actor: unlessMarker(data.actor?.id),
    agent: unlessMarker(data.agent?.name ?? data.agent?.id),
    client: column(data.client?.name),
    session: unlessMarker(data.mcp?.session_id ?? data.agent?.conversation_id),
    trace: traceparent === undefined ? null : traceparent.slice(3, 35),
    status: statusOf(data),
    errorCode: int32(data.error?.code),
    durationUs: duration === undefined ? null : Number(duration),
    bytesIn: int32(data.request?.bytes),
    bytesOut: int32(data.result?.bytes),
    vantage: column(data.observation?.vantage),
    generated: data.observation?.generated === true,
  };
}

/** The row of an event, whose actor is a pseudonym where it is a person; the body keeps all. Its leaf is hashed later. `believeGenerated`: as in CaseTools. */
export function rowOf(one: Case, logIndex: number, recordedAt: string, believeGenerated: boolean): EventRow {
  const { opened, event, kid } = one;
  const { place, format } = opened;
  const columns = columnsOf(event);
  // Member by member: spreading into so large an object costs more than all the rest of the judgement.
  return {
    time: event.time,
    id: event.id,
    logIndex,
    recordedAt,
    source: event.source,
    epoch: place === null ? null : place.epoch,
    sequence: place === null ? null : place.sequence,
    kid,
    type: event.type,
    method: columns.method,
    server: columns.server,
    tool: columns.tool,
    actor: one.person === null ? columns.actor : one.person.id,
    agent: columns.agent,
    client: columns.client,
    session: columns.session,
    trace: columns.trace,
    status: columns.status,
    errorCode: columns.errorCode,
    durationUs: columns.durationUs,
    bytesIn: columns.bytesIn,
    bytesOut: columns.bytesOut,
    generated: believeGenerated && columns.generated,
    format,
    assertion: assertionOf(event, kid),
    vantage: columns.vantage,
    severity: 0,
    registry: one.registry,
    prints: one.prints,
    rawHash: one.rawHash,
    eventHash: one.eventHash,
    leafHash: none,
    body: one.body,
  };
}

/** An emitter's own word for `producer_signed` is not believed. */
export function assertionOf({ data }: AuditEvent, kid: string | null): string {
  if (kid !== null) return 'producer_signed';
  return data.observation?.assertion === 'observed' ? 'observed' : 'reported';
}

/** `success`, `failure`, `denied`, `timeout` or `unknown`: as the emitter says, else as the exchange shows. */
function statusOf(data: AuditEvent['data']): string {
  if (data.outcome?.status !== undefined) return data.outcome.status;
  if (data.policy?.decision === 'deny' && data.policy.enforced !== false) return 'denied';
  if (data.error !== undefined || data.result?.is_error === true) return 'failure';
  return data.result === undefined ? 'unknown' : 'success';
}

/** A marker is another in each event, so that nothing is found by it. */
const unlessMarker = (text: string | undefined): string | null =>
  text !== undefined && isMarker(text) ? null : column(text);

/** Index rows are bounded at 2,704 bytes, and Postgres text holds no U+0000. */
export function column(text: string | undefined): string | null {
  if (text === undefined || text === '') return null;
  const short = clip(text, 256);
  return short.includes('\0') ? short.replaceAll('\0', '\ufffd') : short;
}

const int32 = (value: number | undefined): number | null =>
  value === undefined ? null : Math.max(-0x80000000, Math.min(0x7fffffff, value));
