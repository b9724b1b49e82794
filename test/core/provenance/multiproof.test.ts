import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '@/lib/core/provenance/bytes';
import {
  makeMultiproof,
  othersFromLeaves,
  othersFromTiles,
  rootFromMultiproof,
  TreeCursor,
  verifyMultiproof,
} from '@/lib/core/provenance/multiproof';
import { sha256 } from '@/lib/platform/crypto';
import { MemoryLog } from './memory-log';
import { naiveRoot } from './naive-tree';

const leavesOf = (count: number) => Array.from({ length: count }, (_, i) => sha256(`leaf ${i}`));
const logOf = (leaves: Uint8Array[]) => {
  const log = new MemoryLog();
  log.append(leaves);
  return log;
};

describe('a multiproof', () => {
  it('leads to the root of every tree, whichever leaves it shows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 700 }),
        fc.array(fc.nat(699), { maxLength: 12 }),
        async (size, some) => {
          const leaves = leavesOf(size);
          const indexes = [...new Set(some.filter((index) => index < size))].sort((a, b) => a - b);
          const others = await makeMultiproof(sha256, logOf(leaves).readTiles, indexes, size);
          const shown = new Map(indexes.map((index) => [index, leaves[index] as Uint8Array]));
          expect(verifyMultiproof(sha256, shown, others, size, naiveRoot(leaves))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('shows the roots of earlier trees on the way', async () => {
    const leaves = leavesOf(600);
    const others = await makeMultiproof(sha256, logOf(leaves).readTiles, [70, 71, 500], 600, [3, 71, 512, 600]);
    const tree = new TreeCursor(sha256);
    const seen: number[] = [];
    for (const range of others) {
      while (tree.size < range.from) tree.append(leaves[tree.size] as Uint8Array);
      expect(tree.appendOthers(range)).toBe(true);
      if ([3, 512, 600].includes(tree.size)) {
        expect(tree.root()).toEqual(naiveRoot(leaves.slice(0, tree.size)));
        seen.push(tree.size);
      }
    }
    expect(seen).toEqual([3, 512, 600]);
  });

  it('makes the same hashes from tiles and from leaves', async () => {
    const leaves = leavesOf(1030);
    const { readTiles } = logOf(leaves);
    for (const [from, to] of [
      [0, 1],
      [1, 1030],
      [255, 769],
      [512, 1024],
    ] as const) {
      const fromTiles = await othersFromTiles(sha256, readTiles, { from, to, size: 1030 });
      const fromLeaves = othersFromLeaves(sha256, leaves.slice(from, to), from);
      expect(fromLeaves.hashes.map(toHex)).toEqual(fromTiles.hashes.map(toHex));
      expect(fromLeaves).toMatchObject({ from, to });
    }
  });

  it('is refused where anything is missing, doubled, moved or changed', async () => {
    const leaves = leavesOf(300);
    const others = await makeMultiproof(sha256, logOf(leaves).readTiles, [5, 299], 300);
    const shown = new Map([5, 299].map((index) => [index, leaves[index] as Uint8Array]));
    const root = naiveRoot(leaves);
    expect(verifyMultiproof(sha256, shown, others, 300, root)).toBe(true);
    expect(rootFromMultiproof(sha256, shown, others.slice(1), 300)).toBeNull();
    expect(rootFromMultiproof(sha256, shown, [...others, ...others], 300)).toBeNull();
    expect(rootFromMultiproof(sha256, new Map([[5, shown.get(5) as Uint8Array]]), others, 300)).toBeNull();
    expect(rootFromMultiproof(sha256, new Map([...shown, [7, sha256('x')]]), others, 300)).toBeNull();
    expect(rootFromMultiproof(sha256, shown, others, 301)).toBeNull();
    const swapped = new Map([
      [5, shown.get(299) as Uint8Array],
      [299, shown.get(5) as Uint8Array],
    ]);
    expect(verifyMultiproof(sha256, swapped, others, 300, root)).toBe(false);
    others.forEach((range, i) => {
      range.hashes.forEach((_, j) => {
        const changed = structuredClone(others);
        ((changed[i] as (typeof others)[0]).hashes[j] as Uint8Array)[j % 32] = 255 - (range.hashes[j]?.[j % 32] ?? 0);
        expect(verifyMultiproof(sha256, shown, changed, 300, root)).toBe(false);
      });
    });
  });

  it('refuses ranges that are none', async () => {
    const { readTiles } = logOf(leavesOf(10));
    await expect(othersFromTiles(sha256, readTiles, { from: 4, to: 4, size: 10 })).rejects.toThrow(RangeError);
    await expect(othersFromTiles(sha256, readTiles, { from: 4, to: 11, size: 10 })).rejects.toThrow(RangeError);
    const tree = new TreeCursor(sha256);
    expect(tree.appendOthers({ from: 0, to: 2, hashes: [new Uint8Array(31)] })).toBe(false);
    expect(tree.appendOthers({ from: 0, to: Number.MAX_SAFE_INTEGER + 1, hashes: [] })).toBe(false);
    expect(tree.size).toBe(0);
  });
});
