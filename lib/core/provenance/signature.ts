import type { AuditEvent } from '../event/envelope';
import { concat, equalBytes, fromBase64, toBase64, toHex } from './bytes';
import { type EventCore, encodeCore } from './core';
import type { Crypto, Sha256, Sign } from './crypto';
import { bad, detachedJws, type SignatureCheck, verifyDetachedJws } from './jws';
import { leafHash, nodeHash, rootOf } from './merkle';

/**
 * Producer signatures: a detached JWS (RFC 7515 appendix F, EdDSA of RFC 8037) over an event's core, or, where the event has
 * `sigpath`, over `{"root":<hexadecimal>,"size":<n>}` of the RFC 9162 tree whose leaves are the cores of a batch.
 */

export const jwsType = 'mcpaudit+jws';

/** Events in one signed batch at most. */
export const maxBatch = 65_536;

/** Signs one event: the value of `sig`. The core must hold the `sigkid` that is given here. */
export function signEvent(core: EventCore & { sigkid: string }, sign: Sign): string {
  return detachedJws(core.sigkid, jwsType, encodeCore(core), sign);
}

/** Signs a batch with one signature: `sig` and `sigpath` for each event, in order. All must hold the same `sigkid`. */
export function signBatch(
  sha256: Sha256,
  cores: readonly (EventCore & { sigkid: string })[],
  sign: Sign,
): { sig: string; sigpath: string }[] {
  const kid = cores[0]?.sigkid;
  if (kid === undefined || cores.length > maxBatch || cores.some((core) => core.sigkid !== kid)) {
    throw new RangeError(`a batch is 1 to ${maxBatch} events of one key`);
  }
  const leaves = cores.map((core) => leafHash(sha256, encodeCore(core)));
  const sig = detachedJws(kid, jwsType, batchPayload(rootOf(sha256, leaves), leaves.length), sign);
  return pathsOf(sha256, leaves).map((path, index) => ({
    sig,
    sigpath: `${leaves.length}:${index}:${toBase64(concat(...path))}`,
  }));
}

const batchPayload = (root: Uint8Array, size: number): string => `{"root":"${toHex(root)}","size":${size}}`;

/** Inclusion proofs of all leaves of a tree at once. */
function pathsOf(sha256: Sha256, leaves: readonly Uint8Array[]): Uint8Array[][] {
  const paths: Uint8Array[][] = leaves.map(() => []);
  let level = [...leaves];
  for (let height = 0; level.length > 1; height++) {
    paths.forEach((path, leaf) => {
      const sibling = level[Math.floor(leaf / 2 ** height) ^ 1];
      if (sibling) path.push(sibling);
    });
    const above: Uint8Array[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const [left, right] = [level[i] as Uint8Array, level[i + 1]];
      above.push(right ? nodeHash(sha256, left, right) : left);
    }
    level = above;
  }
  return paths;
}

/**
 * Verifies producer signatures and remembers the batches that it verified, so that one Ed25519 verification and about one hash for each
 * event serve a whole batch. What it remembers is bounded.
 */
export class SignatureVerifier {
  #crypto: Crypto;
  #batches = new Map<string, VerifiedBatch>();
  #maxBatches: number;
  /** The batch of the event before: most follow each other, and so spare the name. */
  #last: { sig: string; kid: string; size: number; batch: VerifiedBatch } | undefined;

  constructor(crypto: Crypto, maxBatches = 256) {
    this.#crypto = crypto;
    this.#maxBatches = maxBatches;
  }

  /**
   * Whether `sig` is this key's signature over the event's core. That `datahash` is the hash of the event's data is the caller's to check.
   * Whether the key may sign for the source, too. `core` is what encodeCore makes of the event.
   */
  verify(event: Omit<AuditEvent, 'data'>, publicKey: Uint8Array, core: string = encodeCore(event)): SignatureCheck {
    if (event.sig === undefined || event.sigkid === undefined) return bad('sig or sigkid is missing');
    if (event.datahash === undefined) return bad('datahash is missing, so that the signature would not cover the data');
    if (event.sigpath === undefined) return this.#verifyJws(event.sig, event.sigkid, core, publicKey);
    const path = parsePath(event.sigpath);
    if (!path) return bad('sigpath is not <size>:<index>:<base64 of the proof>');
    const leaf = leafHash(this.#crypto.sha256, core);
    const { sig, sigkid: kid } = event;
    const last = this.#last?.sig === sig && this.#last.kid === kid && this.#last.size === path.size ? this.#last : null;
    const name = last ? '' : `${path.size}:${kid}:${sig}`;
    const known = last?.batch ?? this.#batches.get(name);
    if (known && equalBytes(known.publicKey, publicKey) && known.holds(leaf, path)) {
      if (!last) this.#last = { sig, kid, size: path.size, batch: known };
      return { ok: true };
    }

    const walk = walkPath(this.#crypto.sha256, leaf, path);
    if (!walk) return bad('the proof in sigpath has the wrong length');
    const check = this.#verifyJws(sig, kid, batchPayload(walk.root, path.size), publicKey);
    if (check.ok) {
      this.#remember(`${path.size}:${kid}:${sig}`, new VerifiedBatch(this.#crypto.sha256, publicKey, walk.nodes));
      this.#last = undefined;
    }
    return check;
  }

  #verifyJws(jws: string, kid: string, payload: string, publicKey: Uint8Array): SignatureCheck {
    return verifyDetachedJws(this.#crypto, { jws, kid, typ: jwsType, withoutTyp: true, payload, publicKey });
  }

  #remember(name: string, batch: VerifiedBatch): void {
    this.#batches.set(name, batch);
    if (this.#batches.size > this.#maxBatches) this.#batches.delete(this.#batches.keys().next().value as string);
  }
}

interface BatchPath {
  size: number;
  index: number;
  /** As in a proof of RFC 9162, lowest first: 32 bytes each. */
  hashes: Uint8Array;
}

function parsePath(sigpath: string): BatchPath | null {
  const first = sigpath.indexOf(':');
  const second = sigpath.indexOf(':', first + 1);
  const [size, index] = [countOf(sigpath.slice(0, first)), countOf(sigpath.slice(first + 1, second))];
  if (first < 1 || second < 0 || !(size <= maxBatch && index < size)) return null;
  const hashes = fromBase64(sigpath.slice(second + 1));
  return hashes && hashes.length % 32 === 0 ? { size, index, hashes } : null;
}

/** A decimal of up to six digits in its one form; NaN for anything else, which no comparison holds for. */
function countOf(digits: string): number {
  const count = Number(digits);
  return digits.length <= 6 && String(count) === digits && count >= 0 && Number.isInteger(count) ? count : Number.NaN;
}

/** Whether the 32 bytes from `at` on are this hash. */
function isHashAt(hashes: Uint8Array, at: number, hash: Uint8Array): boolean {
  for (let i = 0; i < 32; i++) if (hashes[at + i] !== hash[i]) return false;
  return true;
}

/** Name of the node at this height and place, in the tree whose odd right edges move up unchanged. */
const nodeName = (height: number, place: number): number => height * maxBatch * 2 + place;

/** Follows a proof from the leaf to the root; null where its length is wrong. `nodes` are all nodes and siblings it passed. */
function walkPath(
  sha256: Sha256,
  leaf: Uint8Array,
  { size, index, hashes }: BatchPath,
): { root: Uint8Array; nodes: Map<number, Uint8Array> } | null {
  const nodes = new Map([[nodeName(0, index), leaf]]);
  let hash = leaf;
  let used = 0;
  for (let height = 0, width = size, place = index; width > 1; height++, width = Math.ceil(width / 2), place >>= 1) {
    const beside = place ^ 1;
    if (beside < width) {
      if (used === hashes.length) return null;
      const sibling = hashes.subarray(used, used + 32);
      used += 32;
      nodes.set(nodeName(height, beside), sibling);
      hash = beside < place ? nodeHash(sha256, sibling, hash) : nodeHash(sha256, hash, sibling);
    }
    nodes.set(nodeName(height + 1, place >> 1), hash);
  }
  return used === hashes.length ? { root: hash, nodes } : null;
}

/** Nodes of a batch's tree that are proved by its signature. */
class VerifiedBatch {
  #sha256: Sha256;
  #nodes: Map<number, Uint8Array>;
  readonly publicKey: Uint8Array;

  constructor(sha256: Sha256, publicKey: Uint8Array, nodes: Map<number, Uint8Array>) {
    this.#sha256 = sha256;
    this.publicKey = publicKey;
    this.#nodes = nodes;
  }

  /** Whether the whole proof fits this tree. Climbs only to the first node that is known; above it, and beside it, all are. */
  holds(leaf: Uint8Array, { size, index, hashes }: BatchPath): boolean {
    const fresh: [name: number, node: Uint8Array][] = [];
    let hash: Uint8Array | null = leaf;
    let used = 0;
    for (let height = 0, width = size, place = index; width > 1; height++, width = Math.ceil(width / 2), place >>= 1) {
      if (hash) {
        const known = this.#nodes.get(nodeName(height, place));
        if (known && !equalBytes(known, hash)) return false;
        if (known) hash = null;
        else fresh.push([nodeName(height, place), hash]);
      }
      const beside = place ^ 1;
      if (beside >= width) continue;
      if (used === hashes.length) return false;
      if (hash) {
        const sibling = hashes.subarray(used, used + 32);
        fresh.push([nodeName(height, beside), sibling]);
        hash = beside < place ? nodeHash(this.#sha256, sibling, hash) : nodeHash(this.#sha256, hash, sibling);
      } else {
        const known = this.#nodes.get(nodeName(height, beside));
        if (!known || !isHashAt(hashes, used, known)) return false;
      }
      used += 32;
    }
    if (used !== hashes.length) return false;
    if (hash) {
      const height = Math.ceil(Math.log2(size));
      const root = this.#nodes.get(nodeName(height, 0));
      if (!root || !equalBytes(root, hash)) return false;
    }
    for (const [name, node] of fresh) this.#nodes.set(name, node);
    return true;
  }
}
