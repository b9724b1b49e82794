import { z } from 'zod';
import { requireCaller, route } from '@/lib/auth/route';
import { alertFields } from '@/lib/core/query/alert-fields';
import { cursorText, filterText, nextLink, pageSize, queryOf } from '@/lib/services/http-query';
import { timestamp } from '@/lib/services/timestamp';
import { uuid } from '@/lib/services/uuid';
import { alertViews, listAlerts } from '@/lib/store/alerts';

const query = z.strictObject({
  view: z.enum(alertViews).default('open'),
  q: filterText(alertFields),
  limit: pageSize,
  after: cursorText(z.object({ severity: z.int().min(1).max(5), lastSeen: timestamp, id: uuid })).optional(),
});

/**
 * Alerts, worst first, then newest. Needs `alert:read`. Parameters: view (open, suppressed, closed, all), q (the query
 * language of the screen: `severity:>=high server:memory`), limit (100, at most 1000).
 * Answers `{"alerts": [...], "next": path | null}`.
 */
export const GET = route(async (request) => {
  await requireCaller(request, { scope: 'alert:read', keyScope: 'alert:read' });
  const { view, q: filter, limit, after } = queryOf(request, query);
  const { rows, next } = await listAlerts({ view, filter }, after ?? null, limit);
  return Response.json({ alerts: rows, next: nextLink(request, next) }, { headers: { 'cache-control': 'no-store' } });
});
