import type { TimePoint } from '@/components/charts/time-series';
import type { TimeRange } from '@/lib/core/query/time-range';

/** Every point of the range, with `nothing` (0, or null where nothing was measured) where the database had no row. */
export function fillGaps(
  rows: TimePoint[],
  range: TimeRange,
  bucketMs: number,
  nothing: number | null = 0,
): TimePoint[] {
  const known = new Map(rows.map((row) => [Date.parse(row.at), row]));
  const width = rows[0]?.values.length ?? 0;
  const points: TimePoint[] = [];
  for (let at = Math.floor(range.from.getTime() / bucketMs) * bucketMs; at < range.to.getTime(); at += bucketMs) {
    const row = known.get(at);
    const values = row?.values ?? Array<number | null>(width).fill(nothing);
    points.push({ at: new Date(at).toISOString(), values, made: row ? row.made : 'nothing' });
  }
  return points;
}
