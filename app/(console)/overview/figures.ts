import type { Histogram } from '@/lib/core/usage/histogram';
import type { UsagePoint } from '@/lib/store/overview';

export interface Totals {
  calls: number;
  errors: number;
  denied: number;
  bytes: number;
  generated: number;
  durations: Histogram;
}

export function totalsOf(points: UsagePoint[]): Totals {
  const totals: Totals = { calls: 0, errors: 0, denied: 0, bytes: 0, generated: 0, durations: [] };
  for (const point of points) {
    totals.calls += point.calls;
    totals.errors += point.errors;
    totals.denied += point.denied;
    totals.bytes += point.bytesIn + point.bytesOut;
    totals.generated += point.generated;
    point.durations.forEach((count, bucket) => {
      totals.durations[bucket] = (totals.durations[bucket] ?? 0) + count;
    });
  }
  return totals;
}
