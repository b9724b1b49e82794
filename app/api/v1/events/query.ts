import { z } from 'zod';
import { eventFields } from '@/lib/core/query/event-fields';
import {
  cursorText,
  filterText,
  nextLink,
  pageSize,
  queryOf,
  rangeOf,
  rangeParameters,
} from '@/lib/services/http-query';
import { timestamp } from '@/lib/services/timestamp';
import { uuid } from '@/lib/services/uuid';
import { listEvents } from '@/lib/store/events-query';

const query = z.strictObject({
  q: filterText(eventFields),
  ...rangeParameters,
  limit: pageSize,
  after: cursorText(z.object({ time: timestamp, id: uuid, side: z.literal('older') })).optional(),
});

/** One page of what a request asks for: rows without payload, and the path of the next page. */
export async function eventsPage(request: Request) {
  const { q: filter, limit, after, ...given } = queryOf(request, query);
  const asked = { filter, range: rangeOf(given, new Date()) };
  const { rows, older } = await listEvents(asked, after ?? null, limit);
  return { events: rows, next: rows.length < limit ? null : nextLink(request, older) };
}
