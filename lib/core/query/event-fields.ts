import { eventTypes } from '../event/envelope';
import { severities } from '../severity';
import type { FilterField } from './filter';

/** Fields of the Events screen's query language. Each is a column of `event`, or made of columns in lib/store/events-query.ts. */
export const eventFields = [
  { name: 'severity', kind: 'severity', help: 'highest detection; severity:>=high', values: ['none', ...severities] },
  { name: 'server', kind: 'exact', help: 'server key or name' },
  { name: 'tool', kind: 'exact', help: 'tool name; read_* matches a beginning' },
  { name: 'actor', kind: 'exact', help: 'who asked' },
  { name: 'agent', kind: 'exact', help: 'agent that acted' },
  { name: 'client', kind: 'exact', help: 'client program' },
  {
    name: 'status',
    kind: 'exact',
    help: 'how it ended',
    values: ['success', 'failure', 'denied', 'timeout', 'unknown'],
  },
  { name: 'method', kind: 'exact', help: 'JSON-RPC method', values: ['tools/call', 'tools/list', 'resources/read'] },
  { name: 'type', kind: 'exact', help: 'event type, without mcp.audit. and .v1', values: eventTypes },
  { name: 'session', kind: 'exact', help: 'MCP session' },
  { name: 'trace', kind: 'exact', help: 'W3C trace id' },
  { name: 'source', kind: 'exact', help: 'emitter' },
  {
    name: 'assertion',
    kind: 'exact',
    help: 'who vouches for it',
    values: ['producer_signed', 'observed', 'reported'],
  },
  { name: 'format', kind: 'exact', help: 'format it came in' },
  { name: 'id', kind: 'exact', help: 'event id' },
  { name: 'duration', kind: 'micros', help: 'in ms; duration:>500' },
  { name: 'code', kind: 'number', help: 'JSON-RPC error code' },
  { name: 'bytes', kind: 'number', help: 'request and result together' },
  { name: 'generated', kind: 'flag', help: 'made for a demonstration', values: ['true', 'false'] },
  { name: 'last', kind: 'last', help: 'time back from now; last:7d', values: ['15m', '1h', '24h', '7d'] },
] as const satisfies readonly FilterField[];

export type EventField = (typeof eventFields)[number]['name'];
