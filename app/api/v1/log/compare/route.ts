import { requireCaller, route } from '@/lib/auth/route';
import { callerName } from '@/lib/services/caller';
import { compareCheckpoint } from '@/lib/services/equivocation';
import { logPublicKey } from '@/lib/services/fetch-proof';
import { readBody } from '@/lib/services/http-body';
import { pool } from '@/lib/store/pool';

const bounds = { sent: 64 << 10, unfolded: 64 << 10 };

/**
 * Takes a checkpoint of one of our logs that somebody else holds (its text as the body), and says whether it agrees with what we
 * have. A contradiction is kept as evidence and raises an alert. Needs an API key with `integrity:read`.
 */
export const POST = route(async (request) => {
  const caller = await requireCaller(request, { keyScope: 'integrity:read' });
  const note = new TextDecoder().decode(await readBody(request, bounds));
  const result = await compareCheckpoint(pool(), note, callerName(caller), logPublicKey());
  return Response.json(result, { headers: { 'cache-control': 'no-store' } });
});
