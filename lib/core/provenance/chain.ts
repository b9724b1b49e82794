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

/** Gaps of one chain that are kept, the newest; a chain with more is broken in any case. */
export const maxGaps = 1000;

/**
 * Whether the event is at or below the head and fills no gap: a duplicate, or a fork (below the floor: or a late one). Look the id up before `advanceChain`: what is
 * stored already with the same hash is a duplicate and does not go through the chain again.
 */
export function isBehind(head: ChainHead | null, sequence: bigint): boolean {
  return head !== null && sequence <= head.sequence && gapAt(head.gaps, sequence) < 0;
}

/**
 * Puts an event that is no duplicate behind the head of its chain: the verdict, and the new head (the old one is not changed).
 *
 * - `first`: sequence 0 of an epoch that links to the head of the source's epoch before, where there is one.
 * - `next`: the one after the head, and linked to it.
 * - `gap`: some are missing before it. They may come late.
 * - `late`: it fills part of a gap, or lies below the floor, where the gaps are no longer known.
 * - `fork`: two histories: another event has this sequence, or this event follows another one than the head.
 * - `rollback`: the source went back to the beginning: sequence 0 again, or a new epoch without link to the one before.
 * - `truncated`: a new epoch follows something that is not the newest known of the epoch before: that one's end is missing, or the
 *   source was set back to an earlier point of it.
 *
 * `epochBefore` is the head of the source's newest other epoch; null where there is none. `dropped`: the gap that the
 * head no longer has room for; it is still open.
 */
export function advanceChain(
  head: ChainHead | null,
  link: ChainLink,
  epochBefore: { sequence: bigint; hash: string } | null,
): { verdict: ChainVerdict; head: ChainHead; dropped?: Gap } {
  if (head === null) return beginChain(link, epochBefore);
  const { sequence } = link;
  if (sequence > head.sequence + 1n) {
    const gap = { from: head.sequence + 1n, to: sequence - 1n };
    return {
      verdict: { kind: 'gap', missingFrom: gap.from, missingTo: gap.to },
      ...keepNewest(headAt(link, [...head.gaps, gap], head.floor)),
    };
  }
  if (sequence === head.sequence + 1n) {
    const verdict: ChainVerdict =
      link.prevhash === head.hash ? { kind: 'next' } : { kind: 'fork', sequence: head.sequence };
    return { verdict, head: headAt(link, head.gaps, head.floor) };
  }
  const at = gapAt(head.gaps, sequence);
  if (at >= 0) {
    const gaps = head.gaps.toSpliced(at, 1, ...without(head.gaps[at] as Gap, sequence));
    return { verdict: { kind: 'late' }, ...keepNewest({ ...head, gaps }) };
  }
  if (head.floor !== undefined && sequence < head.floor) return { verdict: { kind: 'late' }, head };
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
  return { verdict: firstOf(link, epochBefore), head: headAt(link, []) };
}

function firstOf({ prevhash }: ChainLink, epochBefore: { sequence: bigint; hash: string } | null): ChainVerdict {
  if (epochBefore === null || prevhash === epochBefore.hash) return { kind: 'first' };
  return prevhash === undefined
    ? { kind: 'rollback', sequence: 0n, head: epochBefore.sequence }
    : { kind: 'truncated', head: epochBefore.sequence };
}

const headAt = (
  { sequence, hash, time, kid }: ChainLink,
  gaps: ChainHead['gaps'],
  floor?: ChainHead['floor'],
): ChainHead => ({ sequence, hash, time, kid, gaps, floor });

type Gap = ChainHead['gaps'][number];

/** Each step adds one gap at most. The array is the new head's own. */
function keepNewest(head: ChainHead): { head: ChainHead; dropped?: Gap } {
  if (head.gaps.length <= maxGaps) return { head };
  const dropped = head.gaps.shift() as Gap;
  return { head: { ...head, floor: dropped.to + 1n }, dropped };
}

/** Index of the gap that holds the sequence; -1 where none does. The gaps are in order. */
function gapAt(gaps: readonly Gap[], sequence: bigint): number {
  let low = 0;
  let high = gaps.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((gaps[middle] as Gap).to < sequence) low = middle + 1;
    else high = middle;
  }
  const gap = gaps[low];
  return gap && gap.from <= sequence ? low : -1;
}

function without(gap: Gap, sequence: bigint): Gap[] {
  const parts: Gap[] = [];
  if (gap.from < sequence) parts.push({ from: gap.from, to: sequence - 1n });
  if (sequence < gap.to) parts.push({ from: sequence + 1n, to: gap.to });
  return parts;
}
