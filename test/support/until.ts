import { setTimeout as delay } from 'node:timers/promises';

/** Tries again and again until it passes; throws the last error after 45 s. */
export async function untilDone(attempt: () => Promise<void>): Promise<void> {
  const until = Date.now() + 45_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > until) throw error;
      await delay(100);
    }
  }
}
