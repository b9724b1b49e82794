import { z } from 'zod';
import { eventFields } from '@/lib/core/query/event-fields';
import { nothing, type ParsedFilter, parseFilter } from '@/lib/core/query/filter';
import { parseRange, type TimeRange } from '@/lib/core/query/time-range';
import { timestamp } from '@/lib/services/timestamp';
import { uuid } from '@/lib/services/uuid';
import type { EventCursor, EventsAsked } from '@/lib/store/events-query';
import type { Params } from '../../params';
import { decodeCursor } from '../cursor';

export interface EventQuery extends EventsAsked {
  parsed: ParsedFilter;
  range: TimeRange;
  cursor: EventCursor | null;
}

const cursor = z.object({ side: z.enum(['older', 'newer']), time: timestamp, id: uuid });

/** What the URL asks for. A query that can't be read finds nothing, and the screen says so. */
export function readEventQuery(params: Params, now: Date): EventQuery {
  const parsed = parseFilter(params.q ?? '', eventFields);
  return {
    parsed,
    filter: parsed.ok ? parsed.filter : nothing,
    range: parseRange(params, now),
    cursor: decodeCursor(params.cursor, cursor),
  };
}
