import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foreignId, uuidV7 } from '@/lib/core/event/id';
import { sha256 } from './sample';

// RFC 9562, appendix A.6
test('the example of the RFC', () => {
  const random = Uint8Array.from([0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]);
  expect(uuidV7(0x017f22e279b0, random)).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
});

test('ids of version 7 sort by time', () => {
  const random = fc.uint8Array({ minLength: 10, maxLength: 10 });
  fc.assert(
    fc.property(fc.nat(2 ** 31), fc.integer({ min: 1, max: 2 ** 20 }), random, random, (time, later, a, b) => {
      const [first, second] = [uuidV7(time * 1000, a), uuidV7(time * 1000 + later, b)];
      expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(first < second).toBe(true);
    }),
  );
  expect(() => uuidV7(0, new Uint8Array(9))).toThrow(RangeError);
});

test('a foreign id is the same for the same source and origin only, and of version 8', () => {
  const source = fc.string().map((text) => text.replaceAll('\0', ''));
  fc.assert(
    fc.property(fc.tuple(source, fc.string()), fc.tuple(source, fc.string()), (a, b) => {
      const id = foreignId(sha256, ...a);
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(id === foreignId(sha256, ...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
  );
});
