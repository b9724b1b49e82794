import type { AuditEvent } from '../event/envelope';
import type { EventRow } from './contract';

/** The columns that are read out of an event; the rest of the row is what the pipeline found out about it. */
export type EventColumns = Pick<
  EventRow,
  | 'method'
  | 'server'
  | 'tool'
  | 'actor'
  | 'agent'
  | 'client'
  | 'session'
  | 'trace'
  | 'status'
  | 'errorCode'
  | 'durationUs'
  | 'bytesIn'
  | 'bytesOut'
  | 'generated'
>;

/** Columns of an event, cut and bounded to what their types and indexes hold. The body keeps all. */
export function columnsOf({ data, traceparent }: AuditEvent): EventColumns {
  const duration = data.timing?.duration_us;
  return {
    method: column(data.mcp?.method),
    server: column(data.server?.id),
    tool: column(data.tool?.name),
    actor: column(data.actor?.id),
    agent: column(data.agent?.name ?? data.agent?.id),
    client: column(data.client?.name),
    session: column(data.mcp?.session_id ?? data.agent?.conversation_id),
    trace: traceparent?.slice(3, 35) ?? null,
    status: statusOf(data),
    errorCode: int32(data.error?.code),
    durationUs: duration === undefined ? null : BigInt(duration),
    bytesIn: int32(data.request?.bytes),
    bytesOut: int32(data.result?.bytes),
    generated: data.observation?.generated === true,
  };
}

/** `success`, `failure`, `denied`, `timeout` or `unknown`: as the emitter says, else as the exchange shows. */
function statusOf(data: AuditEvent['data']): string {
  if (data.outcome?.status !== undefined) return data.outcome.status;
  if (data.policy?.decision === 'deny' && data.policy.enforced !== false) return 'denied';
  if (data.error !== undefined || data.result?.is_error === true) return 'failure';
  return data.result === undefined ? 'unknown' : 'success';
}

/** Index rows are bounded at 2,704 bytes, and Postgres text holds no U+0000. */
export function column(text: string | undefined): string | null {
  if (text === undefined || text === '') return null;
  const short = text.length > 256 ? text.slice(0, 256) : text;
  return short.includes('\0') ? short.replaceAll('\0', '\ufffd') : short;
}

const int32 = (value: number | undefined): number | null =>
  value === undefined ? null : Math.max(-0x80000000, Math.min(0x7fffffff, value));
