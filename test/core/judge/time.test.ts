import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTime } from '@/lib/core/judge/time';

test('reads every time that toISOString writes', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
      (date) => {
        expect(parseTime(date.toISOString())).toBe(date.getTime());
      },
    ),
  );
});

test.each([
  '2026-02-30T00:00:00.000Z',
  '2026-13-01T00:00:00.000Z',
  '2026-01-01T24:00:00.000Z',
  '2026-01-01T00:60:00.000Z',
  '2025-02-29T00:00:00.000Z',
])('%s is no time', (text) => expect(parseTime(text)).toBeNull());
