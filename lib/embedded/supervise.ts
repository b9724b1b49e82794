import { setTimeout as sleep } from 'node:timers/promises';
import { type Kept, type KeptOptions, startKept } from './kept';

/** Keeps a process running until it is told to stop: one that ends by itself is started again, after 1 s, 2 s ... 30 s. */
export async function supervise(
  what: string,
  options: KeptOptions,
  say: (line: string) => void,
): Promise<{ stop(): Promise<void> }> {
  const over = new AbortController();
  let kept: Kept = await startKept(options);

  async function watch(): Promise<void> {
    for (let pause = 1000; ; pause = Math.min(pause * 2, 30_000)) {
      const began = performance.now();
      const how = await kept.ended;
      if (over.signal.aborted) return;
      if (performance.now() - began > 60_000) pause = 1000;
      say(`  ! ${what} ended (${how}); starting it again${options.logFile ? `; its log: ${options.logFile}` : ''}`);
      await sleep(pause, undefined, { signal: over.signal }).catch(() => {});
      if (over.signal.aborted) return;
      kept = await startKept(options);
    }
  }
  const watching = watch();
  return {
    async stop() {
      over.abort();
      await kept.stop();
      await watching;
      // It may have been starting again just then.
      await kept.stop();
    },
  };
}
