import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { kafkaJars } from '../../lib/embedded/kafka-jars';
import { postgresBinaries } from '../../lib/embedded/postgres-binaries';

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
    const seconds = Math.round((performance.now() - began) / 1000);
    const all = JSON.stringify(
      { ...figures, machine: await machine(), at: new Date().toISOString(), seconds },
      null,
      2,
    );
    const file = option('json');
    if (file) writeFileSync(file, `${all}\n`);
    process.stdout.write(`${all}\n`);
    process.exit();
  } catch (error) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exit(1);
  }
}

async function machine() {
  const jars = readdirSync(await kafkaJars());
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    postgres: execFileSync(postgresBinaries().postgres, ['--version'], { encoding: 'utf8' }).trim(),
    kafka: jars.map((name) => /^kafka-clients-(.+)\.jar$/.exec(name)?.[1]).find(Boolean) ?? 'unknown',
  };
}

/** The middle and the tail of what was measured. */
export function percentiles(values: number[]): { p50: number; p99: number } {
  const sorted = Float64Array.from(values).sort();
  const at = (q: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN);
  return { p50: at(0.5), p99: at(0.99) };
}

export const round = (value: number, digits = 1): number => Math.round(value * 10 ** digits) / 10 ** digits;
