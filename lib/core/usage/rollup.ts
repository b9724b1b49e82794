import { clip } from '../event/clip';
import type { EventRow } from '../judge/contract';
import { addDuration, type Histogram } from './histogram';

/** What was used within one minute, by who and what; rows with the same key add up. */
export interface UsageRow {
  /** RFC 3339, seconds 00. */
  minute: string;
  method: string;
  server: string;
  tool: string;
  actor: string;
  generated: boolean;
  calls: number;
  errors: number;
  denied: number;
  bytesIn: number;
  bytesOut: number;
  durations: Histogram;
}

/** Adds one event to the rows of its batch. Events that are no MCP exchange, and requests yet to be answered, count as no call. */
export function addUsage(rows: Map<string, UsageRow>, event: EventRow, phase: string | undefined): void {
  if (event.method === null || phase === 'request') return;
  const minute = event.time.slice(0, 16);
  const server = short(event.server);
  const tool = short(event.tool);
  const actor = short(event.actor);
  const method = clip(event.method, 64);
  const key = `${minute}\0${method}\0${server}\0${tool}\0${actor}\0${event.generated ? 1 : 0}`;
  let row = rows.get(key);
  if (!row) {
    row = {
      minute: `${minute}:00.000Z`,
      method,
      server,
      tool,
      actor,
      generated: event.generated,
      calls: 0,
      errors: 0,
      denied: 0,
      bytesIn: 0,
      bytesOut: 0,
      durations: [],
    };
    rows.set(key, row);
  }
  row.calls++;
  if (event.status === 'denied') row.denied++;
  else if (event.status !== 'success') row.errors++;
  row.bytesIn += event.bytesIn ?? 0;
  row.bytesOut += event.bytesOut ?? 0;
  if (event.durationUs !== null) addDuration(row.durations, event.durationUs);
}

/** All of them stand in one index row, which Postgres bounds at 2,704 bytes. */
const short = (name: string | null): string => (name === null ? '' : clip(name, 200));
