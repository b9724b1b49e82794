import type { ClientBase } from 'pg';
import { equalBytes } from '../../core/provenance/bytes';
import { verifyDetachedJws } from '../../core/provenance/jws';
import { LogWriter } from '../../core/provenance/log-writer';
import { observedPayload, observedType } from '../../core/provenance/observer';
import { nodeCrypto, sha256 } from '../../platform/crypto';
import type { LogHead } from '../log';
import { readObservations, type StoredObservation } from '../observer-batches';
import type { Findings } from './report';

/** Checks the observer's signature over each batch of a log, and that they cover it without a gap. */
export class ObserverCheck {
  signatures = 0;
  #waiting: StoredObservation[] | null = null;
  #index: number;
  /** Up to where the batches go; null before the first, where the check begins within the log. */
  #covered: number | null;
  #batch: LogWriter | null = null;
  /** A log has batches, or has none: the console's, and those of who observes nothing. */
  #seen = false;
  readonly #keys = new Map<string, Uint8Array | null>();

  constructor(
    readonly client: ClientBase,
    readonly head: LogHead,
    readonly findings: Findings,
    from = 0,
  ) {
    this.#index = from;
    this.#covered = from === 0 ? 0 : null;
  }

  async append(leafHashes: Uint8Array[]): Promise<void> {
    for (let at = 0; at < leafHashes.length; ) {
      const next = await this.#next();
      const left = leafHashes.length - at;
      // Outside of any batch up to the next one's beginning.
      const skip = next ? Math.min(left, Math.max(0, next.from - this.#index)) : left;
      this.#index += skip;
      at += skip;
      if (!next || skip === left) continue;
      this.#batch ??= this.#begin(next);
      const taken = Math.min(left - skip, next.from + next.size - this.#index);
      this.#batch.append(leafHashes.slice(at, at + taken));
      this.#index += taken;
      at += taken;
      if (this.#batch.size === next.size) await this.#end(next, this.#batch);
    }
  }

  /** After the last leaf. */
  async finish(): Promise<void> {
    if (this.#seen && this.#covered !== null && this.#covered < this.#index) this.#gap(this.#covered, this.#index);
    for (let next = await this.#next(); next; next = await this.#next()) {
      this.#add(next, `It covers ${next.size} entries from ${next.from} on, and the log has ${this.head.size}.`);
      this.#waiting?.shift();
    }
  }

  #begin(next: StoredObservation): LogWriter {
    this.#seen = true;
    if (this.#covered !== null && next.from > this.#covered) this.#gap(this.#covered, next.from);
    return new LogWriter(sha256);
  }

  async #end(batch: StoredObservation, tree: LogWriter): Promise<void> {
    this.#waiting?.shift();
    this.#batch = null;
    this.#covered = batch.from + batch.size;
    if (!equalBytes(tree.root(), batch.root)) return this.#add(batch, 'Its root is not that of the entries it covers.');
    const publicKey = await this.#keyOf(batch.kid);
    if (!publicKey) return this.#add(batch, `Its key ${batch.kid} is not in source_key.`);
    const payload = observedPayload({ ...batch, log: this.head.origin });
    const check = verifyDetachedJws(nodeCrypto, {
      jws: batch.sig,
      kid: batch.kid,
      typ: observedType,
      payload,
      publicKey,
    });
    this.signatures++;
    if (!check.ok) this.#add(batch, `The observer's signature does not hold: ${check.detail}.`);
  }

  async #next(): Promise<StoredObservation | undefined> {
    if (this.#waiting === null || (this.#waiting.length === 0 && this.#last !== null)) {
      const more = await readObservations(this.client, this.head.id, this.#last ?? this.#index, 500);
      this.#last = more.length > 0 ? (more.at(-1)?.from ?? 0) + 1 : null;
      this.#waiting = more;
    }
    return this.#waiting[0];
  }
  /** Where to read on; null at the beginning and at the end. */
  #last: number | null = null;

  async #keyOf(kid: string): Promise<Uint8Array | null> {
    let key = this.#keys.get(kid);
    if (key === undefined) {
      const { rows } = await this.client.query<{ public_key: Buffer }>(
        'SELECT public_key FROM source_key WHERE kid = $1',
        [kid],
      );
      key = rows[0]?.public_key ?? null;
      this.#keys.set(kid, key);
    }
    return key;
  }

  #gap(from: number, to: number): void {
    this.findings.add({
      log: this.head.origin,
      what: 'observer',
      where: `observer_batch ${this.head.id}/${from}`,
      detail: `The observer's signature over entries ${from} to ${to - 1} is missing.`,
    });
  }

  #add(batch: StoredObservation, detail: string): void {
    const where = `observer_batch ${this.head.id}/${batch.from}`;
    this.findings.add({ log: this.head.origin, what: 'observer', where, detail });
  }
}
