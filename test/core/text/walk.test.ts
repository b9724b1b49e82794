import fc from 'fast-check';
import { expect, test } from 'vitest';
import { atPointer, walkStrings } from '@/lib/core/text/walk';

test('each pointer leads back to its string', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      walkStrings(value, '', (text, pointer, isKey) => {
        if (!isKey) expect(atPointer(value, pointer)).toBe(text);
        else expect(atPointer(value, pointer)).not.toBe(undefined);
      });
    }),
  );
});

test('names are escaped as RFC 6901 says', () => {
  const seen: string[] = [];
  walkStrings({ 'a/b~c': ['x'] }, '/data', (_, pointer, isKey) => seen.push(`${isKey} ${pointer}`));
  expect(seen).toEqual(['true /data/a~1b~0c', 'false /data/a~1b~0c/0']);
});
