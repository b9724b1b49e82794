import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '@/lib/core/provenance/bytes';
import { nobleCrypto } from '@/lib/core/provenance/crypto-noble';
import { emptyLogState, frontierOf, LogStateError, LogWriter, partialWidth } from '@/lib/core/provenance/log-writer';
import { emptyRoot, leafHash, rootOf, verifyConsistency, verifyInclusion } from '@/lib/core/provenance/merkle';
import { consistencyProof, inclusionProof, rootFromTiles } from '@/lib/core/provenance/proof';
import { sha256 } from '@/lib/platform/crypto';
import { MemoryLog } from './memory-log';
import { naiveConsistency, naiveInclusion, naiveRoot } from './naive-tree';

/** Leaves and roots of the Certificate Transparency test vectors (RFC 6962 reference implementation). */
const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(
  fromHex,
);
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const numberedLeaves = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => leafHash(sha256, `leaf ${from + i}`));

describe('tree hashing', () => {
  it('has the published roots', () => {
    const leaves = inputs.map((input) => leafHash(sha256, input));
    roots.forEach((root, i) => {
      expect(toHex(rootOf(sha256, leaves.slice(0, i + 1)))).toBe(root);
      expect(toHex(new LogWriter(sha256).append(leaves.slice(0, i + 1)).root)).toBe(root);
    });
    expect(toHex(emptyRoot(sha256))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(toHex(new LogWriter(sha256).root())).toBe(toHex(emptyRoot(sha256)));
  });

  it('is the same in both adapters, for bytes and for strings', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const bytes = new TextEncoder().encode(text);
        const expected = toHex(leafHash(sha256, bytes));
        expect(toHex(leafHash(nobleCrypto.sha256, bytes))).toBe(expected);
        expect(toHex(leafHash(sha256, text))).toBe(expected);
        expect(toHex(leafHash(nobleCrypto.sha256, text))).toBe(expected);
      }),
    );
  });
});

describe('LogWriter', () => {
  it.each([255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537])('appends, stores and loads at %i leaves', (size) => {
    const leaves = numberedLeaves(size);
    const log = new MemoryLog();
    log.append(leaves.slice(0, Math.floor(size / 3)));
    log.append(leaves.slice(Math.floor(size / 3)));
    const expected = toHex(naiveRoot(leaves));
    expect(toHex(log.writer.root())).toBe(expected);
    expect(log.tiles.size).toBe(Math.floor(size / 256) + Math.floor(size / 65_536));

    const loaded = new LogWriter(sha256, structuredClone(log.writer.state()));
    expect(toHex(loaded.root())).toBe(expected);
    const more = numberedLeaves(300, size);
    expect(toHex(loaded.append(more).root)).toBe(toHex(naiveRoot([...leaves, ...more])));
  });

  it('does not care how leaves are cut into batches', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 400 }), { maxLength: 6 }), (batches) => {
        const log = new MemoryLog();
        for (const count of batches) {
          log.append(numberedLeaves(count, log.writer.size));
          log.writer = new LogWriter(sha256, log.writer.state());
        }
        const whole = new LogWriter(sha256);
        const all = whole.append(numberedLeaves(log.writer.size));
        expect(log.writer.state()).toEqual(whole.state());
        expect([...log.tiles.values()].map(toHex)).toEqual(all.newTiles.map((tile) => toHex(tile.hashes)));
      }),
      { numRuns: 25 },
    );
  });

  it('refuses a state whose parts contradict each other', () => {
    const writer = new LogWriter(sha256);
    writer.append(numberedLeaves(700));
    const state = writer.state();
    expect(toHex(frontierOf(sha256, state.partial))).toBe(toHex(state.frontier));
    const flipped = structuredClone(state);
    (flipped.partial[0] as Uint8Array)[40] = ((flipped.partial[0] as Uint8Array)[40] as number) ^ 1;
    const foreign = structuredClone(state);
    foreign.frontier[0] = (foreign.frontier[0] as number) ^ 1;
    for (const wrong of [
      flipped,
      foreign,
      { ...state, size: 701 },
      { ...state, partial: [] },
      { ...emptyLogState(), size: 1 },
    ]) {
      expect(() => new LogWriter(sha256, wrong)).toThrow(LogStateError);
    }
  });
});

describe('proofs', () => {
  const sizes = [1, 2, 3, 7, 8, 255, 256, 257, 513, 700];
  const log = new MemoryLog();
  const leaves = numberedLeaves(700);
  log.append(leaves);

  it('are those of the definition, for every tree and many leaves', async () => {
    for (const size of sizes) {
      const tree = leaves.slice(0, size);
      expect(toHex(await rootFromTiles(sha256, log.readTiles, size))).toBe(toHex(naiveRoot(tree)));
      for (const index of new Set(
        [0, 1, 127, 128, 254, 255, 256, 511, 512, size - 2, size - 1].filter((i) => i >= 0 && i < size),
      )) {
        const proof = await inclusionProof(sha256, log.readTiles, index, size);
        expect(proof.map(toHex)).toEqual(naiveInclusion(index, tree).map(toHex));
        expect(verifyInclusion(sha256, tree[index] as Uint8Array, index, size, proof, naiveRoot(tree))).toBe(true);
      }
      for (const old of [0, ...sizes].filter((old) => old <= size)) {
        const proof = await consistencyProof(sha256, log.readTiles, old, size);
        expect(proof.map(toHex)).toEqual(naiveConsistency(old, tree).map(toHex));
        expect(verifyConsistency(sha256, old, naiveRoot(leaves.slice(0, old)), size, naiveRoot(tree), proof)).toBe(
          true,
        );
      }
    }
  });

  it('fail when any byte of them is flipped, or one is missing or too many', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(699),
        fc.integer({ min: 1, max: 700 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (i, size, at, bits) => {
          const index = i % size;
          const root = rootOf(sha256, leaves.slice(0, size));
          const leaf = leaves[index] as Uint8Array;
          const proof = await inclusionProof(sha256, log.readTiles, index, size);
          expect(verifyInclusion(sha256, leaf, index, size, proof, root)).toBe(true);
          const parts = [leaf, root, ...proof];
          const wrong = parts.map((part, i) => (i === at % parts.length ? flip(part, at, bits) : part));
          expect(
            verifyInclusion(sha256, wrong[0] as Uint8Array, index, size, wrong.slice(2), wrong[1] as Uint8Array),
          ).toBe(false);
          expect(verifyInclusion(sha256, leaf, index, size, [...proof, root], root)).toBe(false);
          if (proof.length > 0) expect(verifyInclusion(sha256, leaf, index, size, proof.slice(1), root)).toBe(false);
          if (size > 1) expect(verifyInclusion(sha256, leaf, (index + 1) % size, size, proof, root)).toBe(false);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('of consistency fail likewise, and for a history that was changed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 699 }),
        fc.integer({ min: 1, max: 700 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (a, b, at, bits) => {
          fc.pre(a !== b);
          const [old, size] = a < b ? [a, b] : [b, a];
          const [oldRoot, root] = [rootOf(sha256, leaves.slice(0, old)), rootOf(sha256, leaves.slice(0, size))];
          const proof = await consistencyProof(sha256, log.readTiles, old, size);
          expect(verifyConsistency(sha256, old, oldRoot, size, root, proof)).toBe(true);
          const parts = [oldRoot, root, ...proof];
          const wrong = parts.map((part, i) => (i === at % parts.length ? flip(part, at, bits) : part));
          expect(
            verifyConsistency(sha256, old, wrong[0] as Uint8Array, size, wrong[1] as Uint8Array, wrong.slice(2)),
          ).toBe(false);
          expect(verifyConsistency(sha256, old, oldRoot, size, root, [...proof, root])).toBe(false);
          expect(verifyConsistency(sha256, old, oldRoot, size, root, proof.slice(1))).toBe(false);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('work at the edges: equal sizes, the empty tree, indexes outside', async () => {
    const root = rootOf(sha256, leaves);
    expect(verifyConsistency(sha256, 700, root, 700, root, [])).toBe(true);
    expect(verifyConsistency(sha256, 700, root, 700, root, [root])).toBe(false);
    expect(verifyConsistency(sha256, 700, root, 700, rootOf(sha256, leaves.slice(1)), [])).toBe(false);
    expect(verifyConsistency(sha256, 0, emptyRoot(sha256), 700, root, [])).toBe(true);
    expect(verifyConsistency(sha256, 0, root, 700, root, [])).toBe(false);
    expect(verifyConsistency(sha256, 701, root, 700, root, [])).toBe(false);
    expect(verifyInclusion(sha256, root, 0, 0, [], root)).toBe(false);
    expect(verifyInclusion(sha256, leaves[0] as Uint8Array, -1, 1, [], leaves[0] as Uint8Array)).toBe(false);
    await expect(inclusionProof(sha256, log.readTiles, 700, 700)).rejects.toThrow(RangeError);
    await expect(consistencyProof(sha256, log.readTiles, 701, 700)).rejects.toThrow(RangeError);
    expect(partialWidth(65_536 + 3, 1)).toBe(0);
  });

  it('work past three levels of tiles', async () => {
    const big = new MemoryLog();
    const many = numberedLeaves(65_536 + 300);
    big.append(many);
    const root = rootOf(sha256, many);
    for (const index of [0, 65_535, 65_536, many.length - 1]) {
      const proof = await inclusionProof(sha256, big.readTiles, index, many.length);
      expect(verifyInclusion(sha256, many[index] as Uint8Array, index, many.length, proof, root)).toBe(true);
    }
    for (const old of [255, 65_535, 65_536, 65_537]) {
      const proof = await consistencyProof(sha256, big.readTiles, old, many.length);
      expect(verifyConsistency(sha256, old, rootOf(sha256, many.slice(0, old)), many.length, root, proof)).toBe(true);
    }
  });
});

const flip = (bytes: Uint8Array, at: number, bits: number): Uint8Array =>
  bytes.map((byte, i) => (i === at % bytes.length ? byte ^ bits : byte));
