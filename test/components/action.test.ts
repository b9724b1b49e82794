import { expect, test } from 'vitest';
import { failureWords, settled } from '@/components/action';

test('an answer that never comes is a failure in words; one that comes stays as it is', async () => {
  const lost = await settled(Promise.reject(new TypeError('Failed to fetch')));
  expect(lost.ok ? '' : failureWords(lost)).toMatch(/did not answer.*connection/);
  expect(await settled(Promise.resolve({ ok: true, value: 1 }))).toEqual({ ok: true, value: 1 });
});
