import { type Stack, Stopped } from './stack';

/**
 * Runs what starts a stack, then waits: for Ctrl-C (or SIGTERM, SIGHUP), or for a server that ends by itself.
 * Then stops all of it. `start` answers 'done' when it has stopped everything itself. The process's exit code is 0 after a wanted stop, else 1, with a line that says why.
 */
export async function untilStopped(start: (signal: AbortSignal) => Promise<Stack | 'done'>): Promise<void> {
  const wanted = new AbortController();
  const stop = () => {
    if (!wanted.signal.aborted) process.stderr.write('\nStopping …\n');
    wanted.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  const interrupted = new Promise<null>((resolve) => wanted.signal.addEventListener('abort', () => resolve(null)));
  try {
    const stack = await start(wanted.signal);
    if (stack === 'done') return;
    const failure = wanted.signal.aborted ? null : await Promise.race([interrupted, stack.failed]);
    if (failure) process.stderr.write(`\n${failure}\n`);
    await stack.stop();
    process.exitCode = failure ? 1 : 0;
  } catch (error) {
    if (error instanceof Stopped) return;
    process.stderr.write(`\n${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, stop);
  }
}
