import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { kafkaVersion } from '../../lib/embedded/kafka-jars';
import { postgresVersion, reportOf } from '../../lib/embedded/report';

/** Progress goes to standard error. */
export const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** The value of `--name` among a command's arguments. */
export function option(name: string): string | undefined {
  const { values } = parseArgs({ options: { [name]: { type: 'string' } }, strict: false });
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** The number after `--name`, or `otherwise`. Throws where it is no whole number above 0. */
export function numberOption(name: string, otherwise: number): number {
  const text = option(name);
  if (text === undefined) return otherwise;
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`--${name} takes a whole number, not ${text}`);
  return Number(text);
}

/** Runs a command that measures: its figures go to standard output and into the file after `--json`; exit code 1 where it throws. */
export async function report(measure: () => Promise<Record<string, unknown>>): Promise<void> {
  const began = performance.now();
  try {
    const figures = await measure();
    const servers = { postgres: postgresVersion(), kafka: kafkaVersion };
    const text = reportOf(figures, (performance.now() - began) / 1000, servers);
    const file = option('json');
    if (file) writeFileSync(file, text);
    process.stdout.write(text);
    process.exit();
  } catch (error) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exit(1);
  }
}

/** The middle and the tail of what was measured. */
export function percentiles(values: number[]): { p50: number; p99: number } {
  const sorted = Float64Array.from(values).sort();
  const at = (q: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN);
  return { p50: at(0.5), p99: at(0.99) };
}

export const round = (value: number, digits = 1): number => Math.round(value * 10 ** digits) / 10 ** digits;
