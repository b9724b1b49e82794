import { isReady } from '@/lib/store/readiness';

export const dynamic = 'force-dynamic';

/** The database answers and has its tables: 200, else 503. Says nothing more to whoever asks. */
export async function GET(): Promise<Response> {
  const ready = await isReady();
  return Response.json(
    { status: ready ? 'ready' : 'not ready' },
    { status: ready ? 200 : 503, headers: { 'cache-control': 'no-store' } },
  );
}
