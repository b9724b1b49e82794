import { requireCaller, route } from '@/lib/auth/route';
import { notFound } from '@/lib/services/error';
import { logOf, tileOf } from '@/lib/services/log-parameters';
import { latestCheckpoint } from '@/lib/store/checkpoint';
import { pool } from '@/lib/store/pool';
import { tileReader } from '@/lib/store/tiles';

/**
 * A tile of hashes under the newest checkpoint, addressed as in c2sp.org/tlog-tiles: `tile/<level>/<index>[.p/<width>]`.
 * Needs `integrity:read`.
 */
export const GET = route(async (request, context: { params: Promise<{ id: string; path: string[] }> }) => {
  await requireCaller(request, { scope: 'integrity:read', keyScope: 'integrity:read' });
  const { id, path } = await context.params;
  const log = await logOf(id);
  const checkpoint = await latestCheckpoint(pool(), log.id);
  const tile = tileOf(path.join('/'), checkpoint?.size ?? 0);
  if (!tile) throw notFound('such tile under the newest checkpoint');
  const [hashes] = await tileReader(pool(), log)([tile]);
  return new Response(hashes as BodyInit, {
    headers: { 'content-type': 'application/octet-stream', 'cache-control': 'private, max-age=31536000, immutable' },
  });
});
