import type { ClientBase } from 'pg';
import type { AuditEvent } from '../../core/event/envelope';
import type { ChainHead } from '../../core/judge/contract';
import { advanceChain, isBehind } from '../../core/provenance/chain';
import { chainHash } from '../../core/provenance/core';
import { sha256 } from '../../platform/crypto';
import type { Pruned } from '../pruned';
import { everyRow } from './anchors';
import type { Findings } from './report';

interface Seen {
  head: ChainHead;
  /** Hashes of the events at the head: several in a fork. */
  hashes: Set<string>;
  events: number;
  /** Open gaps that the head has no room for any more. */
  dropped: ChainHead['gaps'];
}

/**
 * Follows the source chains through the stored events, and compares heads, counts and gaps with what is stored. Forks and gaps are
 * evidence, not damage: the alerts have them.
 */
export class ChainCheck {
  readonly #chains = new Map<string, Seen>();

  constructor(
    readonly findings: Findings,
    readonly pruned: Pruned,
  ) {}

  get count(): number {
    return this.#chains.size;
  }

  /** `kid`: of the row. */
  add(event: AuditEvent, kid: string | null): void {
    if (event.chainepoch === undefined || event.sequence === undefined) return;
    const sequence = BigInt(event.sequence);
    if (sequence > maxSequence) return;
    const name = `${event.source}\0${event.chainepoch}`;
    const known = this.#chains.get(name);
    const hash = chainHash(sha256, event);
    if (known && isBehind(known.head, sequence)) {
      known.events++;
      if (sequence === known.head.sequence) known.hashes.add(hash);
      return;
    }
    const link = { sequence, hash, prevhash: event.prevhash, time: event.time, kid };
    const { head, dropped } = advanceChain(known?.head ?? null, link, null);
    const seen: Seen = known ?? { head, hashes: new Set(), events: 0, dropped: [] };
    if (head.sequence === sequence) seen.hashes = new Set([hash]);
    if (dropped) seen.dropped.push(dropped);
    seen.head = head;
    seen.events++;
    this.#chains.set(name, seen);
  }

  async finish(client: ClientBase): Promise<void> {
    const gaps = await this.#storedGaps(client);
    const left = new Set(this.#chains.keys());
    for await (const row of everyRow<ChainRow>(
      client,
      'SELECT source, epoch, head_sequence, head_hash, head_time, kid, events FROM source_chain',
    )) {
      const name = `${row.source}\0${row.epoch}`;
      left.delete(name);
      this.#compare(row, this.#chains.get(name), gaps.get(name) ?? []);
      gaps.delete(name);
    }
    for (const name of left) this.#add(name, 'It has events, but no head.');
    for (const name of gaps.keys()) this.#add(name, 'There are gaps of it, but no head.', 'chain_gap');
  }

  #compare(row: ChainRow, seen: Seen | undefined, gaps: string[]): void {
    const name = `${row.source}\0${row.epoch}`;
    const gone = this.pruned.chains.get(name);
    const took = gone ? `, and retention took ${gone.events}` : '';
    if (Number(row.events) !== (seen?.events ?? 0) + (gone?.events ?? 0)) {
      this.#add(
        name,
        seen || gone
          ? `It counts ${row.events} events, and ${seen?.events ?? 0} are stored${took}.`
          : 'No event of it is stored.',
      );
      return;
    }
    const headIsGone = gone !== undefined && BigInt(row.head_sequence) <= gone.to;
    if (!seen || headIsGone) return;
    if (BigInt(row.head_sequence) !== seen.head.sequence || !seen.hashes.has(row.head_hash)) {
      this.#add(
        name,
        `Its head is at ${row.head_sequence}, the newest stored event at ${seen.head.sequence}, or the hashes differ.`,
      );
      return;
    }
    if (seen.hashes.size === 1 && (row.head_time.toISOString() !== seen.head.time || row.kid !== seen.head.kid)) {
      this.#add(name, 'Time or key of its head are not those of the newest event.');
    }
    // Where retention took events, what they filled is not known any more.
    if (gone) return;
    const missing = [...seen.dropped, ...seen.head.gaps].map(({ from, to }) => `${from} to ${to}`);
    for (const gap of missing.filter((one) => !gaps.includes(one)))
      this.#add(name, `Events ${gap} are missing, and no gap says so.`, 'chain_gap');
    for (const gap of gaps.filter((one) => !missing.includes(one)))
      this.#add(name, `Events ${gap} are not missing as this gap says.`, 'chain_gap');
  }

  async #storedGaps(client: ClientBase): Promise<Map<string, string[]>> {
    const gaps = new Map<string, string[]>();
    for await (const { source, epoch, gap } of everyRow<{ source: string; epoch: string; gap: string }>(
      client,
      `SELECT source, epoch, from_sequence || ' to ' || to_sequence AS gap FROM chain_gap ORDER BY source, epoch, from_sequence`,
    )) {
      const name = `${source}\0${epoch}`;
      const known = gaps.get(name);
      if (known) known.push(gap);
      else gaps.set(name, [gap]);
    }
    return gaps;
  }

  #add(name: string, detail: string, table = 'source_chain'): void {
    const [source = '', epoch = ''] = name.split('\0');
    this.findings.add({ log: source, what: 'chain', where: `${table} ${epoch}`, detail });
  }
}

interface ChainRow {
  source: string;
  epoch: string;
  head_sequence: string;
  head_hash: string;
  head_time: Date;
  kid: string | null;
  events: string;
}

const maxSequence = 2n ** 63n - 1n;
