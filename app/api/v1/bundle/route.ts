import { requireCaller, route } from '@/lib/auth/route';
import { queryOf } from '@/lib/services/http-query';
import { bundleToMake, makeBundle } from '@/lib/services/make-bundle';
import { download, refuseOtherSites } from '../download';

/**
 * A bundle of evidence (`custody.bundle/1`), as JSON lines or as a page that verifies it. Needs `integrity:read` and `event:read`, and for
 * alerts `alert:read`. Parameters: alert (ids, with commas), or session, or q with range or from and to; without any of them all that was
 * recorded in range or from and to; format (jsonl or html); payload=1 and disclose=EVENT:POINTER need `payload:read`, which no API key has.
 */
export const GET = route(async (request) => {
  refuseOtherSites(request);
  const caller = await requireCaller(request, { scope: 'integrity:read', keyScope: 'integrity:read' });
  return download(await makeBundle(caller, queryOf(request, bundleToMake)));
});
