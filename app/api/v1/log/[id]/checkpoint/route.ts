import { requireLogReader } from '@/lib/auth/log-reader';
import { route } from '@/lib/auth/route';
import { notFound } from '@/lib/services/error';
import { logOf } from '@/lib/services/log-parameters';
import { pool } from '@/lib/store/pool';
import { publishedCheckpoint } from '@/lib/store/witnesses';

/**
 * The checkpoint that the log publishes, a signed note with its cosignatures (c2sp.org/tlog-checkpoint): the newest that meets the
 * witness policy, or without one the newest. Needs `integrity:read`, unless the log is public.
 */
export const GET = route(async (request, context: { params: Promise<{ id: string }> }) => {
  const audience = await requireLogReader(request);
  const log = await logOf((await context.params).id);
  const checkpoint = await publishedCheckpoint(pool(), log.id);
  if (!checkpoint) throw notFound('checkpoint of this log yet');
  return new Response(checkpoint.note, {
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': `${audience}, max-age=1` },
  });
});
