import { canonicalJson } from '../event/canonical';
import { fromBase64, fromHex, toBase64, toHex } from './bytes';
import type { Crypto, Sha256, Sign } from './crypto';
import { bad, detachedJws, type SignatureCheck, verifyDetachedJws } from './jws';
import { nodeHash, rootFromInclusionProof } from './merkle';

/**
 * Observer signatures: this installation signs what it stored, each batch with one detached JWS over
 * `{"attestation":"observed","from":<index>,"log":<origin>,"root":<hexadecimal>,"size":<n>}`, where root is that of the RFC 9162 tree over the
 * hashes of the batch's leaves. It says: this installation took these entries in. Of who sent them it says nothing.
 */

export const observedType = 'custody-observed+jws';

/** A batch of one log: `size` entries from the index `from` on. */
export interface ObservedBatch {
  /** Origin of the log. */
  log: string;
  from: number;
  size: number;
  root: Uint8Array;
}

/** What is signed. */
export const observedPayload = ({ log, from, size, root }: ObservedBatch): string =>
  canonicalJson({ attestation: 'observed', from, log, root: toHex(root), size });

export const signObserved = (batch: ObservedBatch, kid: string, sign: Sign): string =>
  detachedJws(kid, observedType, observedPayload(batch), sign);

/** The observer's word for one entry, as a proof carries it. */
export interface ObserverProof {
  kid: string;
  /** Base64 of the 32 bytes of Ed25519. */
  public_key: string;
  sig: string;
  from: number;
  size: number;
  /** Hexadecimal. */
  root: string;
  /** Inclusion proof within the batch, RFC 9162, base64, lowest first. */
  path: string[];
}

/** Makes the proof of the entry at `index` of the log, from all leaf hashes of its batch. */
export function observerProof(
  sha256: Sha256,
  batch: Omit<ObservedBatch, 'log'> & { kid: string; sig: string; publicKey: Uint8Array },
  leaves: readonly Uint8Array[],
  index: number,
): ObserverProof {
  const { kid, sig, from, size, root, publicKey } = batch;
  const path = pathOf(sha256, leaves, index - from);
  return { kid, public_key: toBase64(publicKey), sig, from, size, root: toHex(root), path: path.map(toBase64) };
}

/** Whether the entry at `index` of the log, with this leaf hash, is among those that the observer key signed for. */
export function verifyObserver(
  crypto: Crypto,
  proof: ObserverProof,
  entry: { log: string; index: number; leafHash: Uint8Array },
): SignatureCheck {
  const { kid, sig, from, size } = proof;
  const publicKey = fromBase64(proof.public_key);
  if (publicKey?.length !== 32) return bad('public_key is no Ed25519 key');
  const path = proof.path.map(fromBase64);
  if (!/^[0-9a-f]{64}$/.test(proof.root) || path.some((hash) => hash?.length !== 32)) {
    return bad('root or path is not made of hashes');
  }
  const led = rootFromInclusionProof(crypto.sha256, entry.leafHash, entry.index - from, size, path as Uint8Array[]);
  if (led === null || toHex(led) !== proof.root) return bad('the entry is not in the batch that was signed');
  const payload = observedPayload({ log: entry.log, from, size, root: fromHex(proof.root) });
  return verifyDetachedJws(crypto, { jws: sig, kid, typ: observedType, payload, publicKey });
}

/** Inclusion proof of one leaf, lowest first. */
function pathOf(sha256: Sha256, leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  const path: Uint8Array[] = [];
  let level = leaves;
  for (let place = index; level.length > 1; place >>= 1) {
    const beside = level[place ^ 1];
    if (beside) path.push(beside);
    const above: Uint8Array[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const [left, right] = [level[i] as Uint8Array, level[i + 1]];
      above.push(right ? nodeHash(sha256, left, right) : left);
    }
    level = above;
  }
  return path;
}
