import { gzipSync } from 'node:zlib';
import { requireLogReader } from '@/lib/auth/log-reader';
import { route } from '@/lib/auth/route';
import { isTileOf, parseTilePath } from '@/lib/core/provenance/tiles';
import { notFound } from '@/lib/services/error';
import { logOf, pruned } from '@/lib/services/log-parameters';
import { latestCheckpoint } from '@/lib/store/checkpoint';
import { readBundle } from '@/lib/store/entries';
import { pool } from '@/lib/store/pool';
import { tileReader } from '@/lib/store/tiles';

/**
 * Hashes (`tile/<level>/<index>[.p/<width>]`) or entries (`tile/entries/<index>[.p/<width>]`) under the newest checkpoint, as
 * c2sp.org/tlog-tiles has them. Entries that retention took away answer 410. Needs `integrity:read`, unless the log is public.
 */
export const GET = route(async (request, context: { params: Promise<{ id: string; path: string[] }> }) => {
  const audience = await requireLogReader(request);
  const { id, path } = await context.params;
  const log = await logOf(id);
  const tile = parseTilePath(['tile', ...path].join('/'));
  const checkpoint = await latestCheckpoint(pool(), log.id);
  if (!tile || !isTileOf(tile, checkpoint?.size ?? 0)) throw notFound('such tile under the newest checkpoint');
  const headers = new Headers({
    'content-type': 'application/octet-stream',
    'cache-control': `${audience}, max-age=31536000, immutable`,
  });
  if (tile.level !== 'entries') {
    const [hashes] = await tileReader(pool(), log)([tile]);
    return new Response(hashes as BodyInit, { headers });
  }
  const entries = await readBundle(pool(), log, tile.index, tile.width);
  if (!entries) throw pruned();
  headers.set('vary', 'accept-encoding');
  if (!/\bgzip\b/.test(request.headers.get('accept-encoding') ?? ''))
    return new Response(entries as BodyInit, { headers });
  headers.set('content-encoding', 'gzip');
  return new Response(gzipSync(entries) as BodyInit, { headers });
});
