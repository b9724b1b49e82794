import { createHash, timingSafeEqual } from 'node:crypto';
import { route } from '@/lib/auth/route';
import { env } from '@/lib/platform/env';
import { ServiceError } from '@/lib/services/error';
import { metricsPage } from '@/lib/services/metrics';

/** Prometheus' text format, for whoever has METRICS_TOKEN. */
export const GET = route(async (request) => {
  const token = env().METRICS_TOKEN;
  if (!token) throw new ServiceError('not_found', 'Metrics are off.', 'Set METRICS_TOKEN and send it as bearer token.');
  if (!same(request.headers.get('authorization') ?? '', `Bearer ${token}`)) {
    throw new ServiceError(
      'unauthenticated',
      'The token is not right.',
      'Send "Authorization: Bearer <METRICS_TOKEN>".',
    );
  }
  const { contentType, text } = await metricsPage();
  return new Response(text, { headers: { 'content-type': contentType, 'cache-control': 'no-store' } });
});

const digest = (text: string) => createHash('sha256').update(text).digest();
const same = (a: string, b: string) => timingSafeEqual(digest(a), digest(b));
