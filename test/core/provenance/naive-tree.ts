import { createHash } from 'node:crypto';

/** RFC 6962 section 2.1 by the letter, slow: the oracle of the tests. */

const sha256 = (...parts: Uint8Array[]): Uint8Array => createHash('sha256').update(Buffer.concat(parts)).digest();

const node = (left: Uint8Array, right: Uint8Array) => sha256(Uint8Array.of(1), left, right);

function split(count: number): number {
  let k = 1;
  while (k * 2 < count) k *= 2;
  return k;
}

export function naiveRoot(leaves: Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0] as Uint8Array;
  const k = split(leaves.length);
  return node(naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)));
}

export function naiveInclusion(index: number, leaves: Uint8Array[]): Uint8Array[] {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  return index < k
    ? [...naiveInclusion(index, leaves.slice(0, k)), naiveRoot(leaves.slice(k))]
    : [...naiveInclusion(index - k, leaves.slice(k)), naiveRoot(leaves.slice(0, k))];
}

export function naiveConsistency(old: number, leaves: Uint8Array[]): Uint8Array[] {
  return old === 0 ? [] : subproof(old, leaves, true);
}

function subproof(old: number, leaves: Uint8Array[], whole: boolean): Uint8Array[] {
  if (old === leaves.length) return whole ? [] : [naiveRoot(leaves)];
  const k = split(leaves.length);
  return old <= k
    ? [...subproof(old, leaves.slice(0, k), whole), naiveRoot(leaves.slice(k))]
    : [...subproof(old - k, leaves.slice(k), false), naiveRoot(leaves.slice(0, k))];
}
