import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileKeywords, hasHit, noticed } from '@/lib/core/text/keywords';

test('finds in each text what a search for each keyword finds', { timeout: 60_000 }, () => {
  const letter = fc.constantFrom('a', 'b', 'B', '.', 'é', '\u0131');
  const text = fc.array(letter, { maxLength: 40 }).map((letters) => letters.join(''));
  const keyword = fc
    .array(fc.constantFrom('a', 'b', '.'), { minLength: 1, maxLength: 5 })
    .map((letters) => letters.join(''));
  const groups = fc.array(fc.array(keyword, { maxLength: 3 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(groups, text, (all, given) => {
      const keywords = compileKeywords(all);
      const hits = new Int32Array(keywords.words);
      keywords.scan(given, hits);
      const lower = given.replace(/[A-Z]/g, (upper) => upper.toLowerCase());
      all.forEach((group, i) => {
        expect(hasHit(hits, i)).toBe(group.some((word) => lower.includes(word)));
      });
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['plain words, 12345678', 0],
  ['naïve', noticed.unusual],
  ['a\u0007b', noticed.unusual],
  ['50%', noticed.escape],
  ['a & b', noticed.escape],
  ['a\\b', noticed.escape],
  ['a@b', noticed.at],
  ['123 456-789', noticed.digits],
  ['12345678a9', 0],
  ['abcdefghijABCDEFGHIJ', noticed.run],
  ['abcdefghij 0123456789', noticed.digits],
])('notices in %j', (text, bits) => {
  expect(compileKeywords([['zzz']]).scan(text, new Int32Array(1))).toBe(bits);
});

test('long texts are scanned whole', () => {
  const keywords = compileKeywords([['needle']]);
  const hits = new Int32Array(1);
  keywords.scan(`${'é'.repeat(300_000)}NEEDLE`, hits);
  expect(hasHit(hits, 0)).toBe(true);
});

test('refuses keywords that it could never find', () => {
  expect(() => compileKeywords([['Upper']])).toThrow(TypeError);
  expect(() => compileKeywords([['é']])).toThrow(TypeError);
});
