import { describe, expect, test } from 'vitest';
import { BatchError } from '@/lib/worker/failure';
import { PartitionStats } from '@/lib/worker/stats';

const committed = { events: 1, records: 1, duplicates: 0, deadLetters: 0, next: 1n, ageMs: 1 };
const refused = Object.assign(new Error('row (hunter2) is bad'), { code: '23514' });

describe("what a partition's ingest says of itself", () => {
  test('fails from the first of the failures that no commit interrupts', () => {
    const stats = new PartitionStats();
    expect(stats.failing(0)).toBeNull();
    for (let now = 1_000; now <= 41_000; now += 5_000) stats.failure(refused, now);
    expect(stats.failing(42_000)).toEqual({ forMs: 41_000, why: '23514' });
    stats.committed(committed);
    expect(stats.failing(42_000)).toBeNull();
    stats.failure(new TypeError('hunter2'), 43_000);
    expect(stats.failing(44_000)).toEqual({ forMs: 1_000, why: 'TypeError' });
    expect(stats.failures).toBe(10);
  });

  test('goes well again where it stays quiet, though it had nothing to commit', () => {
    const stats = new PartitionStats();
    stats.failure(refused, 0);
    expect(stats.failing(20_000)).not.toBeNull();
    expect(stats.failing(20_001)).toBeNull();
    stats.failure(refused, 100_000);
    expect(stats.failing(101_000)?.forMs).toBe(1_000);
  });

  test('names the cause of a batch that was not stored', () => {
    const stats = new PartitionStats();
    stats.failure(new BatchError({ cause: refused, first: 0n, next: 1n, records: 1 }), 0);
    expect(stats.failing(0)?.why).toBe('23514');
  });

  test.each([
    [{ next: 5n, low: 0n, high: 9n }, 4n],
    [{ next: 0n, low: 7n, high: 9n }, 2n],
    [{ next: 8n, low: 7n, high: 9n }, 1n],
    [{ next: 9n, low: 0n, high: 5n }, 0n],
  ])('%o: %d records wait', (offsets, waiting) => {
    expect(Object.assign(new PartitionStats(), offsets).behind).toBe(waiting);
  });
});
