import type { AuditEvent } from '../event/envelope';
import { advanceChain, isBehind } from '../provenance/chain';
import type { ChainWrite } from './batch';
import type { ChainHead, ChainVerdict, Facts } from './contract';
import { chainKey } from './needs';

/** Place of an event in its source's chain, where it has one. */
export interface Place {
  key: string;
  epoch: string;
  sequence: bigint;
}

/** null: the event is not chained, or says a sequence that no table holds. */
export function placeOf(event: AuditEvent): Place | null {
  if (event.sequence === undefined || event.chainepoch === undefined) return null;
  const sequence = BigInt(event.sequence);
  if (sequence > maxSequence) return null;
  return { key: chainKey(event.source, event.chainepoch), epoch: event.chainepoch, sequence };
}

const maxSequence = 2n ** 63n - 1n;

/** What a batch does to one chain. */
interface Steps {
  write: ChainWrite;
  before: ChainHead | null;
  /** Open gaps that the head has no room for any more. */
  dropped: ChainHead['gaps'];
}

/** The steps of all chains within one batch. Moves the heads in `facts`, and gathers what is to be written. */
export class ChainSteps {
  private readonly writes = new Map<string, Steps>();

  constructor(private readonly facts: Facts) {}

  /** Puts an event that is not stored yet behind its chain's head. `hash`: of its core. */
  advance(event: AuditEvent, place: Place, hash: string, kid: string | null): ChainVerdict {
    const before = this.facts.chains.get(place.key) ?? null;
    const last = before === null ? (this.facts.epochs.get(event.source) ?? null) : null;
    const link = { sequence: place.sequence, hash, prevhash: event.prevhash, time: event.time, kid };
    const { verdict, head, dropped } = advanceChain(before, link, last);
    this.facts.chains.set(place.key, head);
    // The newest epoch's head moves on; the next epoch links to where it ended.
    if (before === null || this.facts.epochs.get(event.source)?.epoch === place.epoch)
      this.facts.epochs.set(event.source, { epoch: place.epoch, sequence: head.sequence, hash: head.hash });
    const steps = this.stepsOf(event, place, before);
    steps.write.events++;
    if (dropped) steps.dropped.push(dropped);
    return verdict;
  }

  /** Counts an event that is stored already. */
  repeated(event: AuditEvent, place: Place): void {
    const head = this.facts.chains.get(place.key);
    if (head) this.stepsOf(event, place, head).write.duplicates++;
  }

  /** What the batch changes, in an order that all writers share. */
  result(): ChainWrite[] {
    const all: ChainWrite[] = [];
    for (const key of [...this.writes.keys()].sort()) {
      const { write, before, dropped } = this.writes.get(key) as Steps;
      const head = this.facts.chains.get(key) as ChainHead;
      all.push({
        ...write,
        sequence: head.sequence,
        hash: head.hash,
        time: head.time,
        kid: head.kid,
        ...gapChanges(before?.gaps ?? [], dropped.length > 0 ? [...dropped, ...head.gaps] : head.gaps),
      });
    }
    return all;
  }

  private stepsOf(event: AuditEvent, place: Place, before: ChainHead | null): Steps {
    const known = this.writes.get(place.key);
    if (known) return known;
    const write: ChainWrite = {
      source: event.source,
      epoch: place.epoch,
      was: before && { sequence: before.sequence, hash: before.hash },
      sequence: 0n,
      hash: '',
      time: event.time,
      kid: null,
      events: 0,
      duplicates: 0,
      closed: [],
      opened: [],
    };
    const steps: Steps = { write, before, dropped: [] };
    this.writes.set(place.key, steps);
    return steps;
  }
}

function gapChanges(before: ChainHead['gaps'], after: ChainHead['gaps']): Pick<ChainWrite, 'closed' | 'opened'> {
  if (before === after) return { closed: [], opened: [] };
  const old = new Map(before.map((gap) => [gap.from, gap.to]));
  const opened = after.filter((gap) => old.get(gap.from) !== gap.to);
  const still = new Set(after.map((gap) => gap.from));
  return { closed: before.filter((gap) => !still.has(gap.from)).map((gap) => gap.from), opened };
}

/** Walks a batch ahead of its judgement: which events lie at or below where their chain's head will be by then? */
export class ChainPreview {
  private readonly heads = new Map<string, ChainHead | null>();

  constructor(private readonly facts: Facts) {}

  isBehind(place: Place): boolean {
    const head = this.heads.get(place.key) ?? this.facts.chains.get(place.key) ?? null;
    if (isBehind(head, place.sequence)) return true;
    const link = { sequence: place.sequence, hash: '', time: '', kid: null };
    this.heads.set(place.key, advanceChain(head, link, null).head);
    return false;
  }
}
