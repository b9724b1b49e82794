import type { ClientBase } from 'pg';
import { KeyRegistry, standingWords } from '../../core/provenance/key-registry';
import type { LeafRecord } from '../../core/provenance/leaf';
import { nodeCrypto } from '../../platform/crypto';
import { readKeyEntries } from '../key-entries';
import type { Findings } from './report';

/** Whether keys were in force where events say that they were judged: at that place of the registry in the console's log. */
export class KeyStandings {
  #registry: KeyRegistry | null = null;

  constructor(
    readonly client: ClientBase,
    readonly findings: Findings,
  ) {}

  /** What is wrong with the key of a signed event; null: nothing. That a key was compromised later is for a verifier with witnesses to weigh. */
  async complaint({ kid, source, registry: position }: LeafRecord): Promise<string | null> {
    if (kid === undefined || position === undefined) return null;
    const registry = await this.#load();
    if (position > registry.size)
      return `It was judged by key entry ${position - 1}, which the console’s log does not have.`;
    const standing = registry.standing({ kid, source, position, provedAt: null });
    return standing === 'valid' || standing === 'compromised'
      ? null
      : `By the registry in the console’s log, ${standingWords[standing]} (key ${kid}).`;
  }

  async #load(): Promise<KeyRegistry> {
    if (this.#registry) return this.#registry;
    this.#registry = new KeyRegistry(nodeCrypto, await readKeyEntries(this.client));
    for (const detail of this.#registry.problems) {
      this.findings.add({ log: 'console', what: 'state', where: 'key registry', detail });
    }
    return this.#registry;
  }
}
