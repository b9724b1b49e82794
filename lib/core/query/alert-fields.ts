import { alertStatuses, resolutions } from '../alert/triage';
import { severities } from '../severity';
import type { FilterField } from './filter';

/** Fields of the Alerts screen's query language; lib/store/alerts.ts says which column each is. */
export const alertFields = [
  { name: 'severity', kind: 'severity', help: 'severity:>=high', values: severities },
  { name: 'status', kind: 'exact', help: 'where the triage stands', values: alertStatuses },
  { name: 'resolution', kind: 'exact', help: 'what it turned out to be', values: resolutions },
  { name: 'assignee', kind: 'exact', help: 'who works on it; nobody' },
  { name: 'rule', kind: 'exact', help: 'rule that found it' },
  { name: 'server', kind: 'exact', help: 'server key or name' },
  { name: 'tool', kind: 'exact', help: 'tool name; read_* matches a beginning' },
  { name: 'actor', kind: 'exact', help: 'who asked' },
  { name: 'session', kind: 'exact', help: 'MCP session' },
  { name: 'generated', kind: 'flag', help: 'made for a demonstration', values: ['true', 'false'] },
  { name: 'last', kind: 'last', help: 'last seen within; last:7d', values: ['1h', '24h', '7d', '30d'] },
] as const satisfies readonly FilterField[];
