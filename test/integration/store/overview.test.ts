import { beforeAll, expect, it } from 'vitest';
import type { TimeRange } from '@/lib/core/query/time-range';
import { addDuration, type Histogram, quantile, toDecimal } from '@/lib/core/usage/histogram';
import { firstSteps, topBy, usageOverTime } from '@/lib/store/overview';
import { testDatabase } from '../../support/postgres';

const database = testDatabase();
const start = Date.parse('2026-03-01T00:00:00Z');
const hour = 3_600_000;
const range: TimeRange = { from: new Date(start), to: new Date(start + 4 * hour), preset: null };
const all: number[] = [];

beforeAll(async () => {
  for (let n = 0; n < 240; n++) {
    const durations: Histogram = [];
    for (let call = 0; call <= n % 3; call++) {
      const us = 100 * 2 ** ((n * 7 + call) % 18);
      all.push(us);
      addDuration(durations, us);
    }
    await database.pool.query(
      `INSERT INTO usage_minute VALUES ($1, 1, 'tools/call', $2, $3, 'alice', $4, $5, 1, 0, 10, 20, $6)`,
      [new Date(start + n * 60_000), n % 2 ? 'a' : 'b', n % 2 ? 'x' : 'y', n < 60, (n % 3) + 1, toDecimal(durations)],
    );
  }
});

it('adds up use over time, with its histograms', async () => {
  const points = await usageOverTime(range, hour);
  expect(points.map((point) => point.at)).toEqual(
    [0, 1, 2, 3].map((n) => new Date(start + n * hour).toISOString().replace('Z', '000Z')),
  );
  expect(points.map((point) => [point.calls, point.errors, point.bytesIn, point.generated])).toEqual([
    [120, 60, 600, 120],
    [120, 60, 600, 0],
    [120, 60, 600, 0],
    [120, 60, 600, 0],
  ]);
  const whole: Histogram = [];
  for (const us of all) addDuration(whole, us);
  const added = points.reduce<number[]>((sum, point) => point.durations.map((count, n) => count + (sum[n] ?? 0)), []);
  for (const q of [0.5, 0.95, 0.99]) expect(quantile(added, q)).toBe(quantile(whole, q));
});

it('ranks servers, with a trend that adds up', async () => {
  const rows = await topBy('server', range, 8);
  expect(rows.map((row) => [row.key, row.calls, row.failed])).toEqual([
    ['a', 240, 120],
    ['b', 240, 120],
  ]);
  // A quarter of the minutes is generated: no row is, as a whole.
  for (const row of rows) {
    expect(row.generated).toBeGreaterThan(0);
    expect(row.generated).toBeLessThan(row.calls);
  }
  expect(rows.reduce((sum, row) => sum + row.generated, 0)).toBe(120);
  for (const row of rows) {
    expect(row.trend).toHaveLength(8);
    expect(row.trend.reduce((sum, calls) => sum + calls, 0)).toBe(row.calls);
  }
  expect(await topBy('server', { ...range, to: new Date(start + 60_000) }, 4)).toHaveLength(1);
});

it('knows an empty system', async () => {
  expect(await firstSteps()).toEqual({
    events: false,
    alerts: false,
    firstEvent: null,
    newestEvent: null,
    young: false,
  });
});
