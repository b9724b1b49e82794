import { requireCaller, route } from '@/lib/auth/route';
import { eventsToExport, exportEvents } from '@/lib/services/export-events';
import { queryOf } from '@/lib/services/http-query';
import { download, refuseOtherSites } from '../../download';

/**
 * What a filter finds, newest first, as a file. Needs `event:read`. Parameters: format (csv or jsonl), q, range or from and to as
 * the list has them, payload=1 for the stored envelopes (JSON lines; needs `payload:read`, which no API key has).
 * At most 100,000 events, 10,000 with envelopes; a file that holds fewer than were found says so in its name.
 */
export const GET = route(async (request) => {
  refuseOtherSites(request);
  const caller = await requireCaller(request, { scope: 'event:read', keyScope: 'event:read' });
  return download(await exportEvents(caller, queryOf(request, eventsToExport)));
});
