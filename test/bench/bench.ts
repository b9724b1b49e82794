export interface BenchOptions {
  /** How many events, where it fits; undefined: the bench's own number. */
  events: number | undefined;
  /** Progress, on standard error. */
  say(line: string): void;
}

/** One bench: `npm run bench <name>`. A line in main.ts lists it. */
export interface Bench {
  title: string;
  /** The figures, under the keys that docs and trackers know. Throws where it could not be measured. */
  run(options: BenchOptions): Promise<Record<string, unknown>>;
}

/** The middle and the tail of what was measured. */
export function percentiles(values: number[]): { p50: number; p99: number } {
  const sorted = Float64Array.from(values).sort();
  const at = (q: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN);
  return { p50: at(0.5), p99: at(0.99) };
}

export const round = (value: number, digits = 1): number => Math.round(value * 10 ** digits) / 10 ** digits;
