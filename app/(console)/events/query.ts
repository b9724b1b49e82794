import { eventFields } from '@/lib/core/query/event-fields';
import { type ParsedFilter, parseFilter } from '@/lib/core/query/filter';
import { parseRange, type TimeRange } from '@/lib/core/query/time-range';
import type { EventCursor, EventsAsked } from '@/lib/store/events-query';

export interface EventParams {
  q?: string;
  range?: string;
  from?: string;
  to?: string;
  live?: string;
  cursor?: string;
  event?: string;
}

export interface EventQuery extends EventsAsked {
  parsed: ParsedFilter;
  range: TimeRange;
  cursor: EventCursor | null;
}

/** What the URL asks for. A query that can't be read filters nothing, and the screen says so. */
export function readEventQuery(params: EventParams, now: Date): EventQuery {
  const parsed = parseFilter(one(params.q) ?? '', eventFields);
  return {
    parsed,
    filter: parsed.ok ? parsed.filter : { kind: 'all' },
    range: parseRange({ range: one(params.range), from: one(params.from), to: one(params.to) }, now),
    cursor: readCursor(one(params.cursor)),
  };
}

/** A parameter that stands twice in the URL comes as a list. */
const one = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

const cursorForm = /^(older|newer)_(\d{4}-\d\d-\d\dT[\d:.]{8,15}Z)_([0-9a-f-]{36})$/;

function readCursor(text: string | undefined): EventCursor | null {
  const [, side, time, id] = cursorForm.exec(text ?? '') ?? [];
  return side && time && id ? { side: side as EventCursor['side'], time, id } : null;
}

export const writeCursor = (cursor: EventCursor): string => `${cursor.side}_${cursor.time}_${cursor.id}`;
