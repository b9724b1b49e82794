import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { decodeEntries, encodeEntries, isTileOf, parseTilePath, tilePath, tilesOf } from '@/lib/core/provenance/tiles';

const find = (path: string, size: number) => {
  const tile = parseTilePath(path);
  return tile && isTileOf(tile, size) ? tile : null;
};

test.each([
  ['tile/0/000', 256, { level: 0, index: 0, width: 256 }],
  ['tile/0/001.p/1', 257, { level: 0, index: 1, width: 1 }],
  ['tile/1/000.p/3', 3 * 256, { level: 1, index: 0, width: 3 }],
  ['tile/0/x001/234', 1235 * 256, { level: 0, index: 1234, width: 256 }],
  ['tile/0/x001/x234/067', 1234068 * 256, { level: 0, index: 1234067, width: 256 }],
  ['tile/entries/000', 256, { level: 'entries', index: 0, width: 256 }],
  ['tile/entries/x001/000.p/7', 256_007, { level: 'entries', index: 1000, width: 7 }],
  ['tile/0/000.p/255', 256, { level: 0, index: 0, width: 255 }],
  ['tile/0/000', 255, null],
  ['tile/0/001.p/2', 257, null],
  ['tile/0/000.p/256', 256, null],
  ['tile/0/000.p/257', 512, null],
  ['tile/0/000.p/0', 256, null],
  ['tile/0/000.p/01', 256, null],
  ['tile/0/x000/001', 512, null],
  ['tile/0/1', 512, null],
  ['tile/0/0001', 512, null],
  ['tile/00/000', 512, null],
  ['tile/64/000', 512, null],
  ['tile/0/000/../001', 512, null],
  ['tile/0/000', 0, null],
  ['tile/entries/001', 256, null],
  ['tile/Entries/000', 256, null],
  ['0/000', 256, null],
])('%s of a tree of %i leaves', (path, size, expected) => {
  expect(find(path, size)).toEqual(expected);
});

test('every path leads back to its tile', () => {
  const request = fc.record({
    level: fc.oneof(fc.constant('entries' as const), fc.integer({ min: 0, max: 63 })),
    index: fc.integer({ min: 0, max: 2 ** 45 }),
    width: fc.integer({ min: 1, max: 256 }),
  });
  fc.assert(
    fc.property(request, (one) => {
      expect(parseTilePath(tilePath(one as never))).toEqual(one);
    }),
  );
});

test('a tree of 70,000 leaves has the tiles that the specification counts', () => {
  const all = [...tilesOf(70_000)];
  const of = (level: number | 'entries') => all.filter((tile) => tile.level === level);
  expect(of('entries')).toHaveLength(274);
  expect([of(0).length, of(0).at(-1)]).toEqual([274, { level: 0, index: 273, width: 112 }]);
  expect([of(1).length, of(1).at(-1)]).toEqual([2, { level: 1, index: 1, width: 17 }]);
  expect(of(2)).toEqual([{ level: 2, index: 0, width: 1 }]);
  expect(all).toHaveLength(274 + 274 + 2 + 1);
  expect(all.every((tile) => isTileOf(tile, 70_000))).toBe(true);
  expect([...tilesOf(256)].filter(({ level }) => level !== 'entries')).toEqual([
    { level: 0, index: 0, width: 256 },
    { level: 1, index: 0, width: 1 },
  ]);
  expect([...tilesOf(0)]).toEqual([]);
});

describe('an entry bundle', () => {
  it('is each leaf behind its length', () => {
    expect(encodeEntries(['a', 'üü', ''])).toEqual(Uint8Array.of(0, 1, 0x61, 0, 4, 0xc3, 0xbc, 0xc3, 0xbc, 0, 0));
    const long = 'x'.repeat(0xffff);
    expect(encodeEntries([long]).subarray(0, 3)).toEqual(Uint8Array.of(0xff, 0xff, 0x78));
    expect(() => encodeEntries([`${long}x`])).toThrow(RangeError);
  });

  it('gives its leaves back, and nothing where its lengths do not add up', () => {
    const decoder = new TextDecoder();
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 300 }), { maxLength: 20 }), (leaves) => {
        const bundle = encodeEntries(leaves);
        expect(decodeEntries(bundle)?.map((leaf) => decoder.decode(leaf))).toEqual(leaves);
        if (bundle.length > 0) expect(decodeEntries(bundle.subarray(0, -1))).not.toEqual(decodeEntries(bundle));
      }),
    );
    expect(decodeEntries(Uint8Array.of(0, 5, 1))).toBeNull();
    expect(decodeEntries(Uint8Array.of(0))).toBeNull();
  });
});
