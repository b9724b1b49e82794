import { setTimeout as sleep } from 'node:timers/promises';
import type { Spool } from './spool';

export interface Destination {
  /** Where, for a person. */
  name: string;
  /** Resolves when the destination has confirmed all lines, in order. Throws where it has not; they are sent again then. */
  send(lines: Buffer[], signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface Delivery {
  /** Something new lies in the spool. */
  wake(): void;
  /** Sends what is left for at most so long, then stops. What is not confirmed stays in the spool. */
  stop(graceMs: number): Promise<void>;
  /** Events confirmed by the destination, by this process. */
  confirmed(): number;
}

const firstPause = 250;
const longestPause = 15_000;
const lingerMs = 120;
const batch = { lines: 500, bytes: 1 << 20 };

/** Sends the spool's lines in order, one batch at a time, again and again until each is confirmed. */
export function startDelivery(spool: Spool, destination: Destination, say: (line: string) => void): Delivery {
  const abort = new AbortController();
  const hurry = new AbortController();
  let stopping = false;
  let confirmed = 0;
  let wake = () => {};
  let failing = false;

  const run = async () => {
    let pause = firstPause;
    while (!abort.signal.aborted) {
      const next = spool.read(batch.lines, batch.bytes);
      if (!next) {
        if (stopping) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        // A little company for the first one: a batch costs as much as an event.
        if (!stopping) await sleep(lingerMs, undefined, { signal: hurry.signal }).catch(() => {});
        continue;
      }
      try {
        await destination.send(next.lines, AbortSignal.any([abort.signal]));
        if (abort.signal.aborted) return;
        spool.acknowledge(next.upTo);
        confirmed += next.lines.length;
        pause = firstPause;
        if (failing) say(`${destination.name} answers again`);
        failing = false;
      } catch (error) {
        if (abort.signal.aborted) return;
        if (!failing) say(`${destination.name}: ${(error as Error).message}; events stay on disk and are sent later`);
        failing = true;
        await sleep(pause * (0.75 + Math.random() / 2), undefined, { signal: abort.signal }).catch(() => {});
        pause = Math.min(longestPause, pause * 2);
      }
    }
  };
  const running = run();

  return {
    wake: () => wake(),
    async stop(graceMs) {
      stopping = true;
      hurry.abort();
      wake();
      const timer = setTimeout(() => abort.abort(), graceMs);
      // A destination that is known to be away is not waited for.
      if (failing) abort.abort();
      await running;
      clearTimeout(timer);
      await destination.close();
    },
    confirmed: () => confirmed,
  };
}
