import { z } from 'zod';
import { requireCaller, route } from '@/lib/auth/route';
import { cursorText, nextLink, pageSize, queryOf } from '@/lib/services/http-query';
import { listAlerts } from '@/lib/store/alerts';

const query = z.strictObject({
  view: z.enum(['open', 'suppressed', 'closed', 'all']).default('open'),
  severity: z.coerce.number().int().min(1).max(5).optional(),
  rule: z.string().max(200).optional(),
  server: z.string().max(512).optional(),
  actor: z.string().max(512).optional(),
  assignee: z.string().max(254).optional(),
  text: z.string().max(200).optional(),
  from: z.coerce.date().optional(),
  to: z.coerce.date().optional(),
  limit: pageSize,
  after: cursorText(z.object({ severity: z.int(), lastSeen: z.iso.datetime(), id: z.uuid() })).optional(),
});

/**
 * Alerts, worst first, then newest. Needs `alert:read`. Parameters as on the screen: view (open, suppressed, closed,
 * all), severity (the lowest, 1 to 5), rule, server, actor, assignee (`nobody` too), text, from, to, limit (100, at most
 * 1000). Answers `{"alerts": [...], "next": URL | null}`.
 */
export const GET = route(async (request) => {
  await requireCaller(request, { scope: 'alert:read', keyScope: 'alert:read' });
  const { after, limit, ...filter } = queryOf(request, query);
  const { rows, next } = await listAlerts(filter, after ?? null, limit);
  return Response.json({ alerts: rows, next: nextLink(request, next) }, { headers: { 'cache-control': 'no-store' } });
});
