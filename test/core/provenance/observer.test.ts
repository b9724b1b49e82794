import { generateKeyPairSync, randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { flattenedVerify, importJWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { kidOf } from '@/lib/core/provenance/kid';
import { RunningRoot, rootOf } from '@/lib/core/provenance/merkle';
import {
  type ObserverProof,
  observedPayload,
  observerProof,
  signObserved,
  verifyObserver,
} from '@/lib/core/provenance/observer';
import { jwsType } from '@/lib/core/provenance/signature';
import { nodeCrypto, rawPublicKey, sha256, signerOf } from '@/lib/platform/crypto';

const { privateKey } = generateKeyPairSync('ed25519');
const publicKey = rawPublicKey(privateKey);
const kid = kidOf(sha256, publicKey);
const log = 'logs.example.org/custody/http';
const leavesOf = (size: number) => Array.from({ length: size }, () => new Uint8Array(randomBytes(32)));

function signed(leaves: Uint8Array[], from: number) {
  const root = rootOf(sha256, leaves);
  const batch = { log, from, size: leaves.length, root };
  return { ...batch, kid, publicKey, sig: signObserved(batch, kid, signerOf(privateKey)) };
}
const check = (proof: ObserverProof, leafHash: Uint8Array, index: number, of = log) =>
  verifyObserver(nodeCrypto, proof, { log: of, index, leafHash });

describe('the observer’s signature', () => {
  it('holds for each entry of a batch of any size, wherever it begins, and for no other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(1000), fc.nat(), (size, from, pick) => {
        const leaves = leavesOf(size);
        const index = from + (pick % size);
        const proof = observerProof(sha256, signed(leaves, from), leaves, index);
        const leaf = leaves[index - from] as Uint8Array;
        expect(check(proof, leaf, index)).toEqual({ ok: true });
        expect(check(proof, leaf, index, 'logs.example.org/other').ok).toBe(false);
        expect(check(proof, leaf, index + 1).ok).toBe(false);
        expect(check(proof, new Uint8Array(32), index).ok).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it('breaks with each byte of the proof', () => {
    const leaves = leavesOf(7);
    const index = 104;
    const proof = observerProof(sha256, signed(leaves, 100), leaves, index);
    const text = JSON.stringify(proof);
    const leaf = leaves[4] as Uint8Array;
    for (let at = 0; at < text.length; at++) {
      const changed = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
      let read: ObserverProof;
      try {
        read = JSON.parse(changed);
      } catch {
        continue;
      }
      if (Object.keys(read).join() !== Object.keys(proof).join()) continue;
      expect([at, check(read, leaf, index).ok]).toEqual([at, false]);
    }
  });

  it('is that of the key it names, and no producer’s', () => {
    const leaves = leavesOf(2);
    const proof = observerProof(sha256, signed(leaves, 0), leaves, 0);
    const other = rawPublicKey(generateKeyPairSync('ed25519').privateKey);
    const leaf = leaves[0] as Uint8Array;
    const swapped = check({ ...proof, public_key: Buffer.from(other).toString('base64') }, leaf, 0);
    expect(swapped).toMatchObject({ ok: false, detail: expect.stringContaining('does not fit') });
    const [, , signature] = proof.sig.split('.');
    const header = Buffer.from(JSON.stringify({ alg: 'EdDSA', kid, typ: jwsType })).toString('base64url');
    expect(check({ ...proof, sig: `${header}..${signature}` }, leaf, 0)).toMatchObject({
      ok: false,
      detail: expect.stringContaining('typ in the header'),
    });
    for (const wrong of [{ public_key: 'AA==' }, { root: 'xyz' }, { path: ['AA=='] }, { size: 0 }, { from: -1 }]) {
      expect(check({ ...proof, ...wrong }, leaf, 0).ok).toBe(false);
    }
  });

  it('is one that jose verifies, over the documented payload', async () => {
    const leaves = leavesOf(5);
    const batch = signed(leaves, 12);
    const payload = observedPayload(batch);
    expect(payload).toBe(
      `{"attestation":"observed","from":12,"log":"${log}","root":"${Buffer.from(batch.root).toString('hex')}","size":5}`,
    );
    const [head = '', , signature = ''] = batch.sig.split('.');
    const key = await importJWK(
      { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') },
      'EdDSA',
    );
    const jws = (text: string) => ({ protected: head, payload: Buffer.from(text).toString('base64url'), signature });
    const { protectedHeader } = await flattenedVerify(jws(payload), key);
    expect(protectedHeader).toEqual({ alg: 'EdDSA', kid, typ: 'custody-observed+jws' });
    await expect(flattenedVerify(jws(payload.replace('12', '13')), key)).rejects.toThrow(/signature/);
  });
});

describe('a root of leaves that come one by one', () => {
  it('is that of the tree over them', () => {
    for (let size = 0; size < 140; size++) {
      const leaves = leavesOf(size);
      const running = new RunningRoot(sha256);
      for (const leaf of leaves) running.add(leaf);
      expect(running.root()).toEqual(rootOf(sha256, leaves));
    }
  });
});
