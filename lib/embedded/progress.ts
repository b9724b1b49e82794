/** Steps of a command, each with its time, on standard error. */
export interface Progress {
  /** Runs one step. What it returns may hold a note that is shown beside its time. */
  step<T>(what: string, run: (note: (text: string) => void) => Promise<T>): Promise<T>;
  say(line: string): void;
  /** Seconds since the beginning. */
  seconds(): number;
}

export function startProgress(): Progress {
  const began = performance.now();
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  return {
    say,
    seconds: () => (performance.now() - began) / 1000,
    async step(what, run) {
      const started = performance.now();
      const took = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
      let note = '';
      const dots = process.stderr.isTTY && process.stderr.write(`  … ${what}`);
      // Without a terminal a long step says that it is alive.
      const alive = dots ? undefined : setInterval(() => say(`  … ${what}, ${took()}`), 15_000);
      const end = (mark: string) =>
        say(`${dots ? '\r\u001b[2K' : ''}  ${mark} ${what.padEnd(44)} ${took().padStart(7)}  ${note}`.trimEnd());
      try {
        const result = await run((text) => {
          note = text;
        });
        end('✓');
        return result;
      } catch (error) {
        end('✗');
        throw error;
      } finally {
        clearInterval(alive);
      }
    },
  };
}
