import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markInvisible, withMarks } from '@/lib/core/query/invisible';

describe('markInvisible', () => {
  it.each([
    ['plain text\n\twith lines', []],
    ['Ärger 你好 العربية ❤️', []],
    ['a\u202eb', ['RLO U+202E']],
    ['a\u200bb\u200dc', ['ZWSP U+200B', 'ZWJ U+200D']],
    ['\u0000\u001b[31m', ['NUL U+0000', 'ESC U+001B']],
    ['\u{e0068}\u{e0069}', ['TAG h', 'TAG i']],
    ['\ud800', ['U+D800']],
    ['\u3164', ['U+3164']],
    ['\ufeff', ['BOM U+FEFF']],
  ])('%j', (text, marks) => {
    expect(markInvisible(text).flatMap((part) => part.mark ?? [])).toEqual(marks);
  });

  it('loses nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(
          markInvisible(text)
            .map((part) => part.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });

  it('leaves nothing that turns the direction of text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(withMarks(`${text}\u202e\u2066`)).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
      }),
    );
  });
});
