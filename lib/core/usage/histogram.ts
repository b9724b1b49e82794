/**
 * Durations as counts in buckets that widen by the square root of two, from 64 us to about 9 minutes:
 * a percentile read from them is at most a fifth off. Histograms add up item by item; zeros at the end may be left out.
 */
export type Histogram = number[];

export const bucketCount = 48;
const first = 64;

/** The bucket of a duration in microseconds. Bucket 0 is below 64 us, the last has no end. */
export function bucketOf(us: number): number {
  if (us < first) return 0;
  return Math.min(bucketCount - 1, 1 + Math.floor(2 * Math.log2(us / first)));
}

/** Lower end of a bucket in microseconds, included. */
export const bucketStart = (bucket: number): number => (bucket === 0 ? 0 : first * 2 ** ((bucket - 1) / 2));

/** Decimal digits that a bucket has in the number that a histogram is stored as. */
const digits = 12;

/**
 * A histogram as one decimal number, in which bucket `i` has the twelve digits from 10^(12 i) on. Numbers of histograms
 * add up like histograms, which a database does far faster than with lists; no bucket comes near 10^12.
 */
export function toDecimal(histogram: Histogram): string {
  let low = 0;
  while (low < histogram.length && !histogram[low]) low++;
  let text = '';
  for (let bucket = histogram.length - 1; bucket >= low; bucket--) {
    const count = String(histogram[bucket] ?? 0);
    text += text === '' ? count : count.padStart(digits, '0');
  }
  return text === '' ? '0' : `${text}e${low * digits}`;
}

/** Of a number without an exponent, as PostgreSQL writes it. */
export function fromDecimal(decimal: string): Histogram {
  const histogram: Histogram = [];
  for (let end = decimal.length; end > 0; end -= digits) {
    histogram.push(Number(decimal.slice(Math.max(0, end - digits), end)));
  }
  return histogram;
}

export function addDuration(histogram: Histogram, us: number): void {
  const bucket = bucketOf(us);
  while (histogram.length <= bucket) histogram.push(0);
  histogram[bucket] = (histogram[bucket] ?? 0) + 1;
}

/**
 * The duration in microseconds below which the part `q` (0 to 1) of the calls lies, evenly spread within a bucket.
 * null where nothing was counted.
 */
export function quantile(histogram: Histogram, q: number): number | null {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let rest = q * total;
  for (let bucket = 0; bucket < histogram.length; bucket++) {
    const count = histogram[bucket] ?? 0;
    if (count > 0 && rest <= count) {
      const start = bucketStart(bucket);
      return start + (rest / count) * (bucketStart(bucket + 1) - start);
    }
    rest -= count;
  }
  return bucketStart(histogram.length);
}
