import { equalBytes } from './bytes';
import type { Sha256 } from './crypto';

/** Merkle tree hashing and proof verification of RFC 9162 section 2.1 (the same tree as RFC 6962's). Sizes and indexes are below 2^53. */

/** Hash of a leaf's data: SHA-256(0x00 || data). A string stands for its UTF-8. */
export function leafHash(sha256: Sha256, data: Uint8Array | string): Uint8Array {
  if (typeof data === 'string') return sha256(`\u0000${data}`);
  const input = new Uint8Array(data.length + 1);
  input.set(data, 1);
  return sha256(input);
}

const nodeInput = new Uint8Array(65).fill(1, 0, 1);

/** Hash of an inner node: SHA-256(0x01 || left || right). */
export function nodeHash(sha256: Sha256, left: Uint8Array, right: Uint8Array): Uint8Array {
  nodeInput.set(left, 1);
  nodeInput.set(right, 33);
  return sha256(nodeInput);
}

/** Root hash of the empty tree: SHA-256 of nothing. */
export const emptyRoot = (sha256: Sha256): Uint8Array => sha256('');

/** Root of a tree whose perfect subtrees, from the left (largest) to the right, have these hashes. */
export function foldSubtrees(sha256: Sha256, subtrees: readonly Uint8Array[]): Uint8Array {
  let root = subtrees[subtrees.length - 1];
  if (!root) return emptyRoot(sha256);
  for (let i = subtrees.length - 2; i >= 0; i--) root = nodeHash(sha256, subtrees[i] as Uint8Array, root);
  return root;
}

/** Root of a whole tree in memory, from its leaf hashes. */
export function rootOf(sha256: Sha256, leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return emptyRoot(sha256);
  let level = leaves;
  while (level.length > 1) {
    const above: Uint8Array[] = [];
    for (let i = 0; i + 1 < level.length; i += 2) {
      above.push(nodeHash(sha256, level[i] as Uint8Array, level[i + 1] as Uint8Array));
    }
    if (level.length % 2 === 1) above.push(level[level.length - 1] as Uint8Array);
    level = above;
  }
  return level[0] as Uint8Array;
}

/** Root of a tree whose leaf hashes come one by one; keeps one hash for each bit of its size. */
export class RunningRoot {
  private readonly subtrees: Uint8Array[] = [];
  private size = 0;

  constructor(private readonly sha256: Sha256) {}

  add(leaf: Uint8Array): void {
    let hash = leaf;
    for (let rest = this.size; rest % 2 === 1; rest = (rest - 1) / 2) {
      hash = nodeHash(this.sha256, this.subtrees.pop() as Uint8Array, hash);
    }
    this.subtrees.push(hash);
    this.size++;
  }

  root(): Uint8Array {
    return foldSubtrees(this.sha256, this.subtrees);
  }
}

/**
 * Root that an inclusion proof leads to from a leaf hash (RFC 9162 section 2.1.3.2), or null where the proof has the wrong length
 * for this index and size.
 */
export function rootFromInclusionProof(
  sha256: Sha256,
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
): Uint8Array | null {
  if (!isSize(index) || !isSize(size) || index >= size) return null;
  let fn = index;
  let sn = size - 1;
  let root = leaf;
  for (const sibling of proof) {
    if (sn === 0 || sibling.length !== 32) return null;
    if (fn % 2 === 1 || fn === sn) {
      root = nodeHash(sha256, sibling, root);
      while (fn % 2 === 0 && fn !== 0) {
        fn /= 2;
        sn = Math.floor(sn / 2);
      }
    } else {
      root = nodeHash(sha256, root, sibling);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 ? root : null;
}

/** Whether the leaf stands at `index` of the tree of `size` leaves with this root. */
export function verifyInclusion(
  sha256: Sha256,
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  const computed = leaf.length === 32 ? rootFromInclusionProof(sha256, leaf, index, size, proof) : null;
  return computed !== null && equalBytes(computed, root);
}

/** Whether the tree of `size` leaves begins with the tree of `oldSize` leaves (RFC 9162 section 2.1.4.2). From the empty tree the proof is empty. */
export function verifyConsistency(
  sha256: Sha256,
  oldSize: number,
  oldRoot: Uint8Array,
  size: number,
  root: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!isSize(oldSize) || !isSize(size) || oldSize > size) return false;
  if (oldSize === size) return proof.length === 0 && equalBytes(oldRoot, root);
  if (oldSize === 0) return proof.length === 0 && equalBytes(oldRoot, emptyRoot(sha256));
  const path = isPowerOfTwo(oldSize) ? [oldRoot, ...proof] : [...proof];
  if (path.some((hash) => hash.length !== 32)) return false;
  let fn = oldSize - 1;
  let sn = size - 1;
  while (fn % 2 === 1) {
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  const first = path.shift();
  if (!first) return false;
  let fr = first;
  let sr = first;
  for (const hash of path) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      fr = nodeHash(sha256, hash, fr);
      sr = nodeHash(sha256, hash, sr);
      while (fn % 2 === 0 && fn !== 0) {
        fn /= 2;
        sn = Math.floor(sn / 2);
      }
    } else {
      sr = nodeHash(sha256, sr, hash);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && equalBytes(fr, oldRoot) && equalBytes(sr, root);
}

const isSize = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

function isPowerOfTwo(value: number): boolean {
  let rest = value;
  while (rest % 2 === 0) rest /= 2;
  return rest === 1;
}
