/** A stretch of time that a screen shows. It is in the URL as `range=24h`, or as `from=…&to=…` (ISO 8601). */
export interface TimeRange {
  from: Date;
  to: Date;
  /** The relative preset, or null where both ends are fixed. */
  preset: string | null;
}

export const rangePresets = ['15m', '1h', '6h', '24h', '7d', '30d'] as const;
export const defaultRange = '24h';

const units = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const longest = 400 * units.d;
/** Nothing was recorded before; the database and cursors hold no later year. */
const [earliest, latest] = [0, Date.parse('9999-12-31T23:59:59Z')];

/** Milliseconds of `15m`, `24h`, `7d`; null for anything else or more than 400 days. */
export function durationMs(text: string): number | null {
  const parts = /^(\d{1,4})([mhd])$/.exec(text);
  if (!parts) return null;
  const ms = Number(parts[1]) * units[parts[2] as keyof typeof units];
  return ms > 0 && ms <= longest ? ms : null;
}

export interface RangeParams {
  range?: string;
  from?: string;
  to?: string;
}

/** Reads the URL's parameters. Anything that makes no sense falls back to the last 24 hours. */
export function parseRange(params: RangeParams, now: Date): TimeRange {
  const from = params.from ? new Date(params.from) : null;
  const to = params.to ? new Date(params.to) : null;
  if (from && to && from < to && to.getTime() - from.getTime() <= longest) {
    if (from.getTime() >= earliest && to.getTime() <= latest) return { from, to, preset: null };
  }
  const preset = params.range && durationMs(params.range) ? params.range : defaultRange;
  return { from: new Date(now.getTime() - (durationMs(preset) ?? units.d)), to: now, preset };
}

/** The stretch of the same length just before. */
export function previousRange(range: TimeRange): TimeRange {
  const length = range.to.getTime() - range.from.getTime();
  return { from: new Date(range.from.getTime() - length), to: range.from, preset: null };
}

const steps = [1, 5, 15, 30, 60, 180, 360, 720, 1440].map((minutes) => minutes * units.m);

/** Width of one point so that a chart has at most `points` of them, in ms. */
export function bucketMs(range: TimeRange, points = 96): number {
  const length = range.to.getTime() - range.from.getTime();
  return steps.find((step) => length / step <= points) ?? units.d;
}

const words: Record<string, string> = { m: 'minute', h: 'hour', d: 'day' };

/** `24h` in words: "last 24 hours". */
export function rangeWords(range: TimeRange): string {
  if (!range.preset) return 'in the chosen time';
  const count = Number.parseInt(range.preset, 10);
  const unit = words[range.preset.slice(-1)];
  return count === 1 ? `in the last ${unit}` : `in the last ${count} ${unit}s`;
}
