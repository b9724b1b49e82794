import type { ChainHead, ChainVerdict } from '../judge/contract';

/** What of an event matters to its source's chain. */
export interface ChainLink {
  sequence: bigint;
  /** Hash of the event's core, hexadecimal. */
  hash: string;
  prevhash?: string | undefined;
  time: string;
  kid: string | null;
}

/**
 * Whether the event is at or below the head and fills no gap: a duplicate, or a fork. Look the id up before `advanceChain`: what is
 * stored already with the same hash is a duplicate and does not go through the chain again.
 */
export function isBehind(head: ChainHead | null, sequence: bigint): boolean {
  return head !== null && sequence <= head.sequence && !head.gaps.some((gap) => holds(gap, sequence));
}

/**
 * Puts an event that is no duplicate behind the head of its chain: the verdict, and the new head (the old one is not changed).
 *
 * - `first`: sequence 0 of an epoch that links to the head of the source's epoch before, where there is one.
 * - `next`: the one after the head, and linked to it.
 * - `gap`: some are missing before it. They may come late.
 * - `late`: it fills part of a gap.
 * - `fork`: two histories: another event has this sequence, or this event follows another one than the head.
 * - `rollback`: the source went back to the beginning: sequence 0 again, or a new epoch without link to the one before.
 *
 * `epochBefore` is the head of the source's newest other epoch; null where there is none.
 */
export function advanceChain(
  head: ChainHead | null,
  link: ChainLink,
  epochBefore: { sequence: bigint; hash: string } | null,
): { verdict: ChainVerdict; head: ChainHead } {
  if (head === null) return beginChain(link, epochBefore);
  const { sequence } = link;
  if (sequence > head.sequence + 1n) {
    const gap = { from: head.sequence + 1n, to: sequence - 1n };
    return {
      verdict: { kind: 'gap', missingFrom: gap.from, missingTo: gap.to },
      head: headAt(link, [...head.gaps, gap]),
    };
  }
  if (sequence === head.sequence + 1n) {
    const verdict: ChainVerdict =
      link.prevhash === head.hash ? { kind: 'next' } : { kind: 'fork', sequence: head.sequence };
    return { verdict, head: headAt(link, head.gaps) };
  }
  if (!isBehind(head, sequence)) {
    return { verdict: { kind: 'late' }, head: { ...head, gaps: head.gaps.flatMap((gap) => without(gap, sequence)) } };
  }
  const verdict: ChainVerdict =
    sequence === 0n ? { kind: 'rollback', sequence, head: head.sequence } : { kind: 'fork', sequence };
  return { verdict, head };
}

function beginChain(
  link: ChainLink,
  epochBefore: { sequence: bigint; hash: string } | null,
): { verdict: ChainVerdict; head: ChainHead } {
  const { sequence } = link;
  if (sequence > 0n) {
    const gap = { from: 0n, to: sequence - 1n };
    return { verdict: { kind: 'gap', missingFrom: gap.from, missingTo: gap.to }, head: headAt(link, [gap]) };
  }
  const linked = epochBefore === null || link.prevhash === epochBefore.hash;
  const verdict: ChainVerdict = linked ? { kind: 'first' } : { kind: 'rollback', sequence, head: epochBefore.sequence };
  return { verdict, head: headAt(link, []) };
}

const headAt = ({ sequence, hash, time, kid }: ChainLink, gaps: ChainHead['gaps']): ChainHead => ({
  sequence,
  hash,
  time,
  kid,
  gaps,
});

type Gap = ChainHead['gaps'][number];

const holds = (gap: Gap, sequence: bigint): boolean => gap.from <= sequence && sequence <= gap.to;

function without(gap: Gap, sequence: bigint): Gap[] {
  if (!holds(gap, sequence)) return [gap];
  const parts: Gap[] = [];
  if (gap.from < sequence) parts.push({ from: gap.from, to: sequence - 1n });
  if (sequence < gap.to) parts.push({ from: sequence + 1n, to: gap.to });
  return parts;
}
