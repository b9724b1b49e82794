import { describe, expect, it } from 'vitest';
import { bucketMs, durationMs, parseRange, previousRange } from '@/lib/core/query/time-range';

const now = new Date('2026-03-01T12:00:00Z');
const hours = (n: number) => n * 3_600_000;

describe('parseRange', () => {
  it('takes presets and falls back to a day', () => {
    expect(parseRange({ range: '1h' }, now)).toEqual({
      from: new Date(now.getTime() - hours(1)),
      to: now,
      preset: '1h',
    });
    for (const range of ['', 'week', '0h', '-1h', '99999d', '1h; drop']) {
      expect(parseRange({ range }, now).preset).toBe('24h');
    }
  });

  it('takes two ends in order, and nothing else', () => {
    const from = '2026-02-01T00:00:00Z';
    const to = '2026-02-02T00:00:00Z';
    expect(parseRange({ from, to }, now)).toMatchObject({ from: new Date(from), to: new Date(to), preset: null });
    expect(parseRange({ from: to, to: from }, now).preset).toBe('24h');
    expect(parseRange({ from: 'then', to }, now).preset).toBe('24h');
    expect(parseRange({ from: '1970-01-01', to }, now).preset).toBe('24h');
  });
});

it('previousRange is as long, and ends where the range begins', () => {
  const range = parseRange({ range: '6h' }, now);
  const before = previousRange(range);
  expect(before.to).toEqual(range.from);
  expect(range.from.getTime() - before.from.getTime()).toBe(hours(6));
});

it('bucketMs gives at most the points asked for', () => {
  for (const range of ['15m', '1h', '6h', '24h', '7d', '30d', '90d']) {
    const ms = durationMs(range) as number;
    expect(ms / bucketMs(parseRange({ range }, now))).toBeLessThanOrEqual(96);
  }
});
