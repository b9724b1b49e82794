import { equalBytes } from './bytes';
import type { Sha256 } from './crypto';
import { perfectSubtrees } from './log-writer';
import { foldSubtrees, nodeHash } from './merkle';
import { perfectParts, type ReadTiles, type Subtree, subtreeHashes } from './proof';

/**
 * One proof for many leaves of a tree (RFC 9162's): the leaves in order, and, for each range between them, the hashes of the perfect
 * subtrees that make it up, from the left. Each node of the tree above them is hashed once, so that n leaves cost about n hashes.
 */
export interface Others {
  /** Index of the first leaf that is not shown. */
  from: number;
  /** Index behind the last one. */
  to: number;
  /** 32 bytes for each perfect subtree of the range. */
  hashes: Uint8Array[];
}

/** How a range of leaves is cut into perfect subtrees; only from left to right, so that each range has one form. */
export const subtreesOf = (from: number, to: number): Subtree[] => perfectParts({ start: from, end: to });

/** The hashes that stand for the leaves from `from` up to `to`, read from the tiles of a tree of `size` leaves. */
export async function othersFromTiles(
  sha256: Sha256,
  readTiles: ReadTiles,
  { from, to, size }: { from: number; to: number; size: number },
): Promise<Others> {
  if (!(Number.isSafeInteger(from) && from >= 0 && from < to && to <= size)) {
    throw new RangeError(`${from} to ${to} is no range in a tree of ${size} leaves`);
  }
  return { from, to, hashes: await subtreeHashes(sha256, readTiles, subtreesOf(from, to), size) };
}

/** The hashes that stand for a range of leaves that are at hand; `leaves[0]` is the leaf at `from`. */
export function othersFromLeaves(sha256: Sha256, leaves: readonly Uint8Array[], from: number): Others {
  const to = from + leaves.length;
  const hashes = subtreesOf(from, to).map(({ height, index }) => {
    const start = index * 2 ** height - from;
    return perfectSubtrees(sha256, leaves.slice(start, start + 2 ** height))[0] as Uint8Array;
  });
  return { from, to, hashes };
}

/**
 * Multiproof of the leaves at `indexes` (ascending, each once) in a tree of `size` leaves. No range goes across one of `bounds`, so that
 * the roots of the trees of these sizes come out on the way: that is a proof of consistency between them.
 */
export async function makeMultiproof(
  sha256: Sha256,
  readTiles: ReadTiles,
  indexes: readonly number[],
  size: number,
  bounds: readonly number[] = [],
): Promise<Others[]> {
  const proof: Others[] = [];
  let at = 0;
  for (const index of [...indexes, size]) {
    for (const range of rangesBetween(at, index, bounds)) {
      proof.push(await othersFromTiles(sha256, readTiles, { ...range, size }));
    }
    at = index + 1;
  }
  return proof;
}

/** The range cut at the bounds that lie within it. */
export function rangesBetween(from: number, to: number, bounds: readonly number[]): { from: number; to: number }[] {
  const cuts = [from, ...bounds.filter((bound) => bound > from && bound < to).sort((a, b) => a - b), to];
  const ranges = cuts.slice(1).map((end, i) => ({ from: cuts[i] as number, to: end }));
  return ranges.filter((range) => range.from < range.to);
}

/** Root of the tree of `size` leaves that a multiproof leads to, or null where it does not make up the whole tree. */
export function rootFromMultiproof(
  sha256: Sha256,
  leaves: ReadonlyMap<number, Uint8Array>,
  others: readonly Others[],
  size: number,
): Uint8Array | null {
  const tree = new TreeCursor(sha256);
  let next = 0;
  let used = 0;
  while (tree.size < size) {
    const leaf = leaves.get(tree.size);
    const range = others[next];
    if (leaf) {
      tree.append(leaf);
      used++;
    } else if (range && tree.appendOthers(range)) {
      next++;
    } else {
      return null;
    }
  }
  return tree.size === size && next === others.length && used === leaves.size ? tree.root() : null;
}

/** A tree that is built from the left, of leaves and of perfect subtrees. Holds one hash for each bit of its size. */
export class TreeCursor {
  #sha256: Sha256;
  #subtrees: Uint8Array[] = [];
  #size = 0;

  constructor(sha256: Sha256) {
    this.#sha256 = sha256;
  }

  /** Leaves so far. */
  get size(): number {
    return this.#size;
  }

  append(leaf: Uint8Array): void {
    this.#push(leaf, 0);
  }

  /** False, and nothing was changed, where the range does not begin here, or has not one hash for each of its subtrees. */
  appendOthers({ from, to, hashes }: Others): boolean {
    if (from !== this.#size || !Number.isSafeInteger(to) || to <= from) return false;
    const parts = subtreesOf(from, to);
    if (parts.length !== hashes.length || hashes.some((hash) => hash.length !== 32)) return false;
    parts.forEach(({ height }, i) => {
      this.#push(hashes[i] as Uint8Array, height);
    });
    return true;
  }

  /** Root of the leaves so far. */
  root(): Uint8Array {
    return foldSubtrees(this.#sha256, this.#subtrees);
  }

  #push(node: Uint8Array, height: number): void {
    let hash = node;
    for (let rest = this.#size / 2 ** height; rest % 2 === 1; rest = (rest - 1) / 2) {
      hash = nodeHash(this.#sha256, this.#subtrees.pop() as Uint8Array, hash);
    }
    this.#subtrees.push(hash);
    this.#size += 2 ** height;
  }
}

/** Whether a multiproof leads to this root. */
export function verifyMultiproof(
  sha256: Sha256,
  leaves: ReadonlyMap<number, Uint8Array>,
  others: readonly Others[],
  size: number,
  root: Uint8Array,
): boolean {
  const computed = rootFromMultiproof(sha256, leaves, others, size);
  return computed !== null && equalBytes(computed, root);
}
