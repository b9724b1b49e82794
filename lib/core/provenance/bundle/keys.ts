import { ownSource } from '../../event/own';
import type { Attributes } from '../content';
import type { Crypto } from '../crypto';
import { isKeyAction, KeyRegistry, speaksFor, standingWords } from '../key-registry';
import type { LeafRecord } from '../leaf';
import type { Problems } from './problems';

/** Key entries that are taken; a registry with more is not believed. */
const mostEntries = 200_000;
/** Events of compromised keys that wait for their judgement; those beyond count as not proved. */
const mostWaiting = 100_000;

interface Waiting {
  line: number;
  log: number;
  index: number;
  where: string;
  kid: string;
  leaf: LeafRecord;
}

/**
 * The keys that the bundle's part of the registry names. Entries of the console's log come first; the first event closes the registry.
 * Whether these entries are in that log is the section's to say.
 */
export class BundleKeys {
  #crypto: Crypto;
  #problems: Problems;
  #entries: { index: number; body: Attributes }[] = [];
  #registry: KeyRegistry | null = null;
  #waiting: Waiting[] = [];
  #unproved = 0;
  /** The newest place in the registry that an event was judged by. */
  #known = 0;

  constructor(crypto: Crypto, problems: Problems) {
    this.#crypto = crypto;
    this.#problems = problems;
  }

  /** An entry of the console's log; only key entries are kept, and none once the registry is closed. */
  add(index: number, body: Attributes): void {
    if (this.#registry) return;
    const { action } = body as unknown as { action?: unknown };
    if (isKeyAction(action) && this.#entries.length < mostEntries) this.#entries.push({ index, body });
  }

  /** The key entries so far, for another thread to know the same keys. */
  get entries(): readonly { index: number; body: Attributes }[] {
    return this.#entries;
  }

  /** The registry is what came so far. */
  close(): void {
    void this.registry;
  }

  get registry(): KeyRegistry {
    if (!this.#registry) {
      this.#registry = new KeyRegistry(this.#crypto, this.#entries);
      for (const problem of this.#registry.problems) {
        const kind = /is missing$/.test(problem) ? 'missing' : 'changed';
        this.#problems.add(kind, 0, 'key registry', problem);
      }
    }
    return this.#registry;
  }

  /** The key that may sign for this entry; undefined where none is known, a string where it may not. */
  keyFor(kid: string, leaf: LeafRecord): Uint8Array | string | undefined {
    const key = this.registry.keys.get(kid);
    this.judgedBy(leaf.registry);
    if (!key) return undefined;
    // Without a place in the registry the pipeline did not know the key as the source's.
    if (leaf.kid === undefined) return key.publicKey;
    if (leaf.registry === undefined) return 'the log does not say at which place of the registry the key was judged';
    const question = { kid, source: leaf.source, position: leaf.registry, provedAt: null };
    const standing = this.registry.standing(question);
    return speaksFor(standing) || standing === 'compromised' ? key.publicKey : standingWords[standing];
  }

  /** A signed event was judged at this place of the registry. */
  judgedBy(registry = 0): void {
    this.#known = Math.max(this.#known, registry);
  }

  isCompromised(kid: string): boolean {
    return this.registry.keys.get(kid)?.revoked?.compromisedSince != null;
  }

  /** An event whose signature holds by this key; judged at the end where the key was compromised. */
  used(entry: Waiting): void {
    if (!this.isCompromised(entry.kid) || entry.leaf.registry === undefined) return;
    if (this.#waiting.length < mostWaiting) this.#waiting.push(entry);
    else this.#unproved++;
  }

  /** `provedAt`: when others first vouched for a checkpoint over the entry; milliseconds since 1970, or null. */
  finish(provedAt: (log: number, index: number) => number | null): void {
    if (this.#known > this.registry.size) {
      const reason = `events were judged by the key entry ${this.#known - 1} of the console’s log, which is not in the bundle`;
      this.#problems.add('missing', 0, 'key registry', reason);
    }
    for (const { line, log, index, where, kid, leaf } of this.#waiting) {
      const question = { kid, source: leaf.source, position: leaf.registry as number, provedAt: provedAt(log, index) };
      const standing = this.registry.standing(question);
      if (!speaksFor(standing)) this.#problems.add('changed', line, where, `${standingWords[standing]} (key ${kid})`);
    }
    if (this.#unproved > 0) {
      this.#problems.add(
        'changed',
        0,
        'key registry',
        `${this.#unproved} more events of compromised keys are not proved`,
      );
    }
  }

  /** The key of this installation's observer, where the registry in the bundle names it. */
  observerKey(kid: string): Uint8Array | undefined {
    const key = this.registry.keys.get(kid);
    return key?.source === ownSource ? key.publicKey : undefined;
  }
}
