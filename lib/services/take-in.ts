import type { Outcome } from '../core/judge/batch';
import type { RefusedMessage } from '../core/judge/read';
import { ServiceError } from './error';
import { ingestMessages } from './ingest';
import { countIngest } from './metrics';

/** Requests whose bodies are held at the same moment: each may take tens of MiB. */
const atOnce = 16;
/** Of one caller: whoever sends slowly, or never ends, must not keep out the others. */
const atOnceOfOne = 8;
let busy = 0;
const busyOf = new Map<string, number>();

/**
 * Reads a request's messages and stores them; durable on return. Answers what became of each event. `caller` is who sends them.
 * Throws ServiceError: what `read` throws, or `rate_limited` where too many requests are being taken in.
 */
export async function takeIn(
  caller: string,
  read: () => Promise<RefusedMessage[]>,
  via: 'http' | 'otlp',
): Promise<Outcome[]> {
  const mine = busyOf.get(caller) ?? 0;
  if (busy >= atOnce || mine >= atOnceOfOne) {
    throw new ServiceError(
      'rate_limited',
      'Too many requests bring events at this moment.',
      'Send it again in a second.',
      {
        retryAfter: 1,
      },
    );
  }
  busy += 1;
  busyOf.set(caller, mine + 1);
  try {
    const messages = await read();
    if (messages.length === 0) return [];
    const started = performance.now();
    const outcomes = await ingestMessages(messages, via);
    countIngest(
      outcomes.map(({ outcome }) => outcome),
      (performance.now() - started) / 1000,
    );
    return outcomes;
  } finally {
    busy -= 1;
    const left = (busyOf.get(caller) ?? 1) - 1;
    if (left === 0) busyOf.delete(caller);
    else busyOf.set(caller, left);
  }
}
