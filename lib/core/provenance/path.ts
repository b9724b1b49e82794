import { fromBase64, toHex } from './bytes';
import type { Sha256 } from './crypto';
import { nodeHash } from './merkle';

/** One step of an inclusion proof, from the leaf upwards: the node so far and its sibling give the node above. */
export interface PathStep {
  /** Where the sibling stands. */
  side: 'left' | 'right';
  /** Hexadecimal. */
  sibling: string;
  parent: string;
}

/**
 * The steps of an inclusion proof (RFC 9162 section 2.1.3.2), each with what it leads to, for showing. Hashes of the proof are base64,
 * of the leaf hexadecimal. Whether the last parent is the signed root is the verifier's to say.
 */
export function pathSteps(sha256: Sha256, leaf: Uint8Array, index: number, size: number, proof: string[]): PathStep[] {
  const steps: PathStep[] = [];
  let fn = index;
  let sn = size - 1;
  let node = leaf;
  for (const text of proof) {
    const sibling = fromBase64(text);
    if (sibling?.length !== 32) return steps;
    const left = fn % 2 === 1 || fn === sn;
    node = left ? nodeHash(sha256, sibling, node) : nodeHash(sha256, node, sibling);
    steps.push({ side: left ? 'left' : 'right', sibling: toHex(sibling), parent: toHex(node) });
    while (left && fn % 2 === 0 && fn !== 0) {
      fn /= 2;
      sn = Math.floor(sn / 2);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return steps;
}
