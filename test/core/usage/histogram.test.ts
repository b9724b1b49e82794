import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addDuration,
  bucketCount,
  bucketOf,
  bucketStart,
  fromDecimal,
  type Histogram,
  quantile,
  toDecimal,
} from '@/lib/core/usage/histogram';

test('a duration lies in its bucket', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 400_000_000 }), (us) => {
      const bucket = bucketOf(us);
      expect(us).toBeGreaterThanOrEqual(Math.floor(bucketStart(bucket)));
      if (bucket < bucketCount - 1) expect(us).toBeLessThan(bucketStart(bucket + 1));
    }),
  );
});

test('a percentile is at most a bucket off', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 64, max: 100_000_000 }), { minLength: 1 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (all, q) => {
        const histogram: Histogram = [];
        for (const us of all) addDuration(histogram, us);
        const sorted = [...all].sort((a, b) => a - b);
        const exact = sorted[Math.ceil(q * sorted.length) - 1] as number;
        const told = quantile(histogram, q) as number;
        expect(told / exact).toBeGreaterThan(0.7);
        expect(told / exact).toBeLessThan(1.42);
      },
    ),
  );
});

test('nothing counted has no percentile', () => {
  expect(quantile([], 0.5)).toBeNull();
  expect(quantile([0, 0], 0.5)).toBeNull();
});

test('as decimal numbers histograms add up bucket by bucket', () => {
  const counts = fc.array(fc.nat(1_000_000_000), { maxLength: bucketCount });
  fc.assert(
    fc.property(counts, counts, (a, b) => {
      const sum = fromDecimal(String(numberOf(a) + numberOf(b)));
      for (let i = 0; i < bucketCount; i++) expect(sum[i] ?? 0).toBe((a[i] ?? 0) + (b[i] ?? 0));
    }),
  );
});

/** Written out, as PostgreSQL reads it. */
function numberOf(histogram: Histogram): bigint {
  const [mantissa = '', exponent = '0'] = toDecimal(histogram).split('e');
  return BigInt(mantissa) * 10n ** BigInt(exponent);
}
