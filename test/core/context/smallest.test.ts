import fc from 'fast-check';
import { expect, test } from 'vitest';
import { smallest } from '@/lib/core/context/smallest';

test('finds the smallest numbers, each once, smallest first', () => {
  const number = fc.oneof(fc.nat({ max: 5 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
  fc.assert(
    fc.property(fc.array(number, { maxLength: 400 }), fc.integer({ min: 0, max: 60 }), (numbers, room) => {
      const found = smallest(Uint32Array.from(numbers), numbers.length, room).map((at) => numbers[at] as number);
      const all = [...new Set(numbers)].sort((a, b) => a - b);
      expect(found).toEqual(all.slice(0, found.length));
      // Where a number stands there often, fewer than there is room for may be kept, but some are.
      const different = all.length === numbers.length;
      if (different) expect(found.length).toBe(Math.min(room, all.length));
      else expect(found.length > 0).toBe(room > 0);
    }),
  );
});
