import { expect, test } from 'vitest';
import { Throttle } from '@/lib/services/throttle';

const at = { ms: 1_000_000 };
const make = (more = {}) => {
  at.ms = 1_000_000;
  return new Throttle({ free: 3, longestMs: 60_000, forgetMs: 600_000, now: () => at.ms, ...more });
};

test('blocks for twice as long after each failure beyond the free ones, up to the bound', () => {
  const throttle = make();
  const blocks: number[] = [];
  for (let n = 0; n < 12; n++) {
    throttle.failed('a');
    blocks.push(throttle.blockedMs('a'));
    at.ms += throttle.blockedMs('a');
  }
  expect(blocks).toEqual([0, 0, 0, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  expect(throttle.blockedMs('b')).toBe(0);
});

test('forgets after success, and after a long time without a failure', () => {
  const throttle = make();
  for (let n = 0; n < 10; n++) throttle.failed('a');
  throttle.succeeded('a');
  expect(throttle.blockedMs('a')).toBe(0);
  for (let n = 0; n < 10; n++) throttle.failed('a');
  at.ms += 600_001;
  throttle.failed('a');
  expect(throttle.blockedMs('a')).toBe(0);
});

test('excuses one failure and no more, and none once it blocks', () => {
  const throttle = make();
  for (let n = 0; n < 20; n++) {
    throttle.failed('shared');
    throttle.excused('shared');
  }
  throttle.excused('shared');
  for (let n = 0; n < 3; n++) throttle.failed('shared');
  expect(throttle.blockedMs('shared')).toBe(0);
  throttle.failed('shared');
  throttle.excused('shared');
  expect(throttle.blockedMs('shared')).toBe(1000);
});

test('remembers a bounded number of keys', () => {
  const throttle = make({ keys: 2 });
  for (const key of ['a', 'b', 'c']) for (let n = 0; n < 5; n++) throttle.failed(key);
  expect(['a', 'b', 'c'].map((key) => throttle.blockedMs(key) > 0)).toEqual([false, true, true]);
});
