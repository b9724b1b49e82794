import { requireCaller, route } from '@/lib/auth/route';
import { alertsToExport, exportAlerts } from '@/lib/services/export-alerts';
import { queryOf } from '@/lib/services/http-query';
import { download, refuseOtherSites } from '../../download';

/**
 * What a filter finds in a view, worst first, as a file without evidence. Needs `alert:read`. Parameters: format (csv or jsonl), view
 * and q as the list has them. At most 100,000 alerts; a file that holds fewer than were found says so in its name.
 */
export const GET = route(async (request) => {
  refuseOtherSites(request);
  const caller = await requireCaller(request, { scope: 'alert:read', keyScope: 'alert:read' });
  return download(await exportAlerts(caller, queryOf(request, alertsToExport)));
});
