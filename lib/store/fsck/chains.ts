import type { ClientBase } from 'pg';
import type { AuditEvent } from '../../core/event/envelope';
import { chainHash } from '../../core/provenance/core';
import { sha256 } from '../../platform/crypto';
import type { Pruned } from '../pruned';
import type { Findings } from './report';

interface Seen {
  head: bigint;
  /** Hashes of the events at the head: several in a fork. */
  hashes: Set<string>;
  events: number;
}

/** Compares the heads of the source chains with the events that are stored. Forks and gaps are evidence, not damage: the alerts have them. */
export class ChainCheck {
  readonly #chains = new Map<string, Seen>();

  constructor(
    readonly findings: Findings,
    readonly pruned: Pruned,
  ) {}

  get count(): number {
    return this.#chains.size;
  }

  add(event: AuditEvent): void {
    if (event.chainepoch === undefined || event.sequence === undefined) return;
    const sequence = BigInt(event.sequence);
    if (sequence > maxSequence) return;
    const name = `${event.source}\0${event.chainepoch}`;
    const seen = this.#chains.get(name) ?? { head: -1n, hashes: new Set<string>(), events: 0 };
    seen.events++;
    if (sequence > seen.head) {
      seen.head = sequence;
      seen.hashes.clear();
    }
    if (sequence === seen.head) seen.hashes.add(chainHash(sha256, event));
    this.#chains.set(name, seen);
  }

  async finish(client: ClientBase): Promise<void> {
    const { rows } = await client.query<{
      source: string;
      epoch: string;
      head_sequence: string;
      head_hash: string;
      events: string;
    }>('SELECT source, epoch, head_sequence, head_hash, events FROM source_chain');
    const left = new Set(this.#chains.keys());
    for (const row of rows) {
      const name = `${row.source}\0${row.epoch}`;
      const seen = this.#chains.get(name);
      left.delete(name);
      const gone = this.pruned.chains.get(name);
      const headIsGone = gone !== undefined && BigInt(row.head_sequence) <= gone.to;
      if (!seen && gone) {
        if (Number(row.events) !== gone.events) {
          this.#add(
            row.source,
            row.epoch,
            `It counts ${row.events} events, none is stored, and retention took ${gone.events}.`,
          );
        }
      } else if (!seen) {
        this.#add(row.source, row.epoch, 'No event of it is stored.');
      } else if (!headIsGone && (BigInt(row.head_sequence) !== seen.head || !seen.hashes.has(row.head_hash))) {
        this.#add(
          row.source,
          row.epoch,
          `Its head is at ${row.head_sequence}, the newest stored event at ${seen.head}, or the hashes differ.`,
        );
      } else if (Number(row.events) !== seen.events + (gone?.events ?? 0)) {
        const took = gone ? `, and retention took ${gone.events}` : '';
        this.#add(row.source, row.epoch, `It counts ${row.events} events, and ${seen.events} are stored${took}.`);
      }
    }
    for (const name of left) {
      const [source = '', epoch = ''] = name.split('\0');
      this.#add(source, epoch, 'It has events, but no head.');
    }
  }

  #add(source: string, epoch: string, detail: string): void {
    this.findings.add({ log: source, what: 'chain', where: `source_chain ${epoch}`, detail });
  }
}

const maxSequence = 2n ** 63n - 1n;
