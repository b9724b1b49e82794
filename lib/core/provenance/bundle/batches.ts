import { fromBase64 } from '../bytes';
import type { Crypto } from '../crypto';
import { verifyDetachedJws } from '../jws';
import { type Others, TreeCursor } from '../multiproof';
import { observedPayload, observedType } from '../observer';
import type { BatchLine } from './lines';
import type { Problems } from './problems';

/** What is no base64 becomes a hash of no bytes, which fits nothing. */
export const hashesOf = (texts: readonly string[]): Uint8Array[] =>
  texts.map((text) => fromBase64(text) ?? new Uint8Array());

/** A batch of a log that Custody's own adapter signed, as its entries come. */
export class ObservedBatch {
  #line: number;
  #batch: BatchLine;
  #others: Others[];
  #tree: TreeCursor;
  #fits = true;
  /** Entries of it that no producer signed. */
  unsigned = 0;

  constructor({ sha256 }: Crypto, line: number, batch: BatchLine) {
    this.#line = line;
    this.#batch = batch;
    this.#others = batch.others.map(({ from, to, hashes }) => ({ from, to, hashes: hashesOf(hashes) }));
    this.#tree = new TreeCursor(sha256);
  }

  get kid(): string {
    return this.#batch.kid;
  }

  covers(index: number): boolean {
    return index >= this.#batch.from && index < this.#batch.from + this.#batch.size;
  }

  add(index: number, leaf: Uint8Array, isSigned: boolean): void {
    this.#skip();
    if (this.#tree.size === index - this.#batch.from) this.#tree.append(leaf);
    else this.#fits = false;
    if (!isSigned) this.unsigned++;
  }

  /** When no more of its entries come. Whether the observer signed just these. */
  finish(crypto: Crypto, origin: string, key: Uint8Array | undefined, problems: Problems): boolean {
    this.#skip();
    const { from, size, kid, jws } = this.#batch;
    const where = `${origin} ${from}`;
    if (!this.#fits || this.#tree.size !== size) {
      problems.add('changed', this.#line, where, `the batch of ${size} entries does not fit the entries that are here`);
      return false;
    }
    if (!key) {
      problems.add(
        'changed',
        this.#line,
        where,
        'the batch is signed with a key that the registry in the bundle does not name as the observer’s',
      );
      return false;
    }
    const payload = observedPayload({ log: origin, from, size, root: this.#tree.root() });
    const check = verifyDetachedJws(crypto, { jws, kid, typ: observedType, payload, publicKey: key });
    if (!check.ok) {
      problems.add(
        'changed',
        this.#line,
        where,
        `the observer's signature of the batch does not hold: ${check.detail}`,
      );
    }
    return check.ok;
  }

  #skip(): void {
    while (this.#others[0]?.from === this.#tree.size) {
      if (!this.#tree.appendOthers(this.#others.shift() as Others)) {
        this.#fits = false;
        return;
      }
    }
  }
}
