import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toBase64, toHex } from '@/lib/core/provenance/bytes';
import { leafHash, rootFromInclusionProof, rootOf } from '@/lib/core/provenance/merkle';
import { pathSteps } from '@/lib/core/provenance/path';
import { sha256 } from '@/lib/platform/crypto';

/** Inclusion proof (RFC 9162 section 2.1.3.1) by the recursive definition. */
function proofOf(leaves: Uint8Array[], index: number): Uint8Array[] {
  if (leaves.length <= 1) return [];
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return index < half
    ? [...proofOf(leaves.slice(0, half), index), rootOf(sha256, leaves.slice(half))]
    : [...proofOf(leaves.slice(half), index - half), rootOf(sha256, leaves.slice(0, half))];
}

it('leads from any leaf of any tree to its root, sibling by sibling', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), (size, seed) => {
      const leaves = Array.from({ length: size }, (_, n) => leafHash(sha256, `leaf ${n}`));
      const index = seed % size;
      const leaf = leaves[index] as Uint8Array;
      const proof = proofOf(leaves, index);
      const steps = pathSteps(sha256, leaf, index, size, proof.map(toBase64));
      expect(steps.map((step) => step.sibling)).toEqual(proof.map(toHex));
      expect(steps.at(-1)?.parent ?? toHex(leaf)).toBe(toHex(rootOf(sha256, leaves)));
      expect(rootFromInclusionProof(sha256, leaf, index, size, proof)).toEqual(rootOf(sha256, leaves));
    }),
  );
});
