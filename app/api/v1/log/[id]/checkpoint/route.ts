import { requireCaller, route } from '@/lib/auth/route';
import { notFound } from '@/lib/services/error';
import { logOf } from '@/lib/services/log-parameters';
import { latestCheckpoint } from '@/lib/store/checkpoint';
import { pool } from '@/lib/store/pool';

/** The log's newest checkpoint, a signed note (c2sp.org/tlog-checkpoint). Needs `integrity:read`. */
export const GET = route(async (request, context: { params: Promise<{ id: string }> }) => {
  await requireCaller(request, { scope: 'integrity:read', keyScope: 'integrity:read' });
  const log = await logOf((await context.params).id);
  const checkpoint = await latestCheckpoint(pool(), log.id);
  if (!checkpoint) throw notFound('checkpoint of this log yet');
  return new Response(checkpoint.note, {
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  });
});
