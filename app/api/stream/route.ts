import { requireCaller, route } from '@/lib/auth/route';
import { actorFromRequest } from '@/lib/auth/session';
import { may } from '@/lib/core/access';
import { listen } from '@/lib/store/listener';

const heartbeatMs = 15_000;
const checkMs = 60_000;
/** A reader slower than this many waiting messages is told to read again, once. */
const maxWaiting = 256;

/**
 * Server-sent events: what changed, by id and never by content.
 * - `change`: {"log", "size", "alerts": [id]} for a batch of events, or {"kind", "id"} for what a person did
 * - `resync`: announcements may have been missed (at the start too): read again what is shown
 * - `signout`: the session is over
 * A comment every 15 s keeps the connection. EventSource reconnects by itself, and gets `resync` first.
 */
export const GET = route(async (request) => {
  await requireCaller(request, { scope: 'overview:read' });
  let stop = () => {};
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let behind = false;
        const send = (text: string) => controller.enqueue(encoder.encode(text));
        const event = (name: string, data: string) => {
          if ((controller.desiredSize ?? 0) > 0) {
            if (behind) send('event: resync\ndata: {}\n\n');
            behind = false;
            send(`event: ${name}\ndata: ${data}\n\n`);
          } else behind = true;
        };
        send('retry: 2000\n\n');
        const unlisten = listen(
          (payload) => event('change', payload),
          () => event('resync', '{}'),
        );
        event('resync', '{}');
        const heartbeat = setInterval(() => {
          if (behind && (controller.desiredSize ?? 0) > 0) event('resync', '{}');
          else send(':\n\n');
        }, heartbeatMs);
        const check = setInterval(async () => {
          const actor = await actorFromRequest(request).catch(() => undefined);
          if (actor === undefined || (actor && may(actor.role, 'overview:read'))) return;
          send('event: signout\ndata: {}\n\n');
          stop();
          controller.close();
        }, checkMs);
        stop = () => {
          stop = () => {};
          clearInterval(heartbeat);
          clearInterval(check);
          unlisten();
        };
        request.signal.addEventListener('abort', () => stop());
      },
      cancel: () => stop(),
    },
    { highWaterMark: maxWaiting },
  );
  return new Response(stream, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    },
  });
});
