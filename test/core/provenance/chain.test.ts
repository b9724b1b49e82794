import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChainHead, ChainVerdict } from '@/lib/core/judge/contract';
import { advanceChain, type ChainLink, isBehind, maxGaps } from '@/lib/core/provenance/chain';

const link = (sequence: number, given: Partial<ChainLink> = {}): ChainLink => ({
  sequence: BigInt(sequence),
  hash: `h${sequence}`,
  prevhash: sequence === 0 ? undefined : `h${sequence - 1}`,
  time: '2026-11-21T12:00:00.000Z',
  kid: null,
  ...given,
});

function run(links: ChainLink[], epochBefore: { sequence: bigint; hash: string } | null = null) {
  let head: ChainHead | null = null;
  const verdicts: ChainVerdict[] = [];
  for (const one of links) {
    const step = advanceChain(head, one, epochBefore);
    head = step.head;
    verdicts.push(step.verdict);
  }
  return { head: head as unknown as ChainHead, verdicts };
}

describe('advanceChain', () => {
  it('follows an unbroken chain', () => {
    const { head, verdicts } = run([link(0), link(1), link(2)]);
    expect(verdicts.map((verdict) => verdict.kind)).toEqual(['first', 'next', 'next']);
    expect(head).toEqual({ sequence: 2n, hash: 'h2', time: link(2).time, kid: null, gaps: [] });
  });

  it('notices a gap, and closes it as the missing ones come late', () => {
    const { head, verdicts } = run([link(0), link(5), link(2), link(6), link(1), link(4)]);
    expect(verdicts).toEqual([
      { kind: 'first' },
      { kind: 'gap', missingFrom: 1n, missingTo: 4n },
      { kind: 'late' },
      { kind: 'next' },
      { kind: 'late' },
      { kind: 'late' },
    ]);
    expect(head.sequence).toBe(6n);
    expect(head.gaps).toEqual([{ from: 3n, to: 3n }]);
  });

  it('takes a chain that it first sees in the middle for a gap', () => {
    const { head, verdicts } = run([link(3)]);
    expect(verdicts).toEqual([{ kind: 'gap', missingFrom: 0n, missingTo: 2n }]);
    expect(head.gaps).toEqual([{ from: 0n, to: 2n }]);
  });

  it('sees a fork: the same sequence again, or another predecessor', () => {
    const again = run([link(0), link(1), link(2), link(1, { hash: 'other' })]);
    expect(again.verdicts[3]).toEqual({ kind: 'fork', sequence: 1n });
    expect(again.head).toMatchObject({ sequence: 2n, hash: 'h2' });
    const elsewhere = run([link(0), link(1), link(2, { prevhash: 'other' }), link(3)]);
    expect(elsewhere.verdicts.slice(2)).toEqual([{ kind: 'fork', sequence: 1n }, { kind: 'next' }]);
    expect(run([link(0), link(1, { prevhash: undefined })]).verdicts[1]).toEqual({ kind: 'fork', sequence: 0n });
  });

  it('sees a rollback: back to the beginning, or a new epoch without its link', () => {
    expect(run([link(0), link(1), link(0, { hash: 'other' })]).verdicts[2]).toEqual({
      kind: 'rollback',
      sequence: 0n,
      head: 1n,
    });
    const before = { sequence: 9n, hash: 'end' };
    expect(run([link(0)], before).verdicts).toEqual([{ kind: 'rollback', sequence: 0n, head: 9n }]);
    expect(run([link(0, { prevhash: 'elsewhere' })], before).verdicts).toEqual([{ kind: 'truncated', head: 9n }]);
    expect(run([link(0, { prevhash: 'end' })], before).verdicts).toEqual([{ kind: 'first' }]);
    expect(run([link(0, { prevhash: 'unknown' })]).verdicts).toEqual([{ kind: 'first' }]);
  });

  it('ends with the same head and no gap, in whatever order a chain arrives', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(
          Array.from({ length: 30 }, (_, i) => i),
          { minLength: 30 },
        ),
        (order) => {
          const { head, verdicts } = run(order.map((sequence) => link(sequence)));
          expect(head).toMatchObject({ sequence: 29n, hash: 'h29', gaps: [] });
          expect(verdicts.some((verdict) => verdict.kind === 'fork' || verdict.kind === 'rollback')).toBe(false);
        },
      ),
    );
  });

  it('keeps exactly the missing sequences as gaps, and never changes the head that it was given', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(40), { minLength: 1 }), (order) => {
        let head: ChainHead | null = null;
        for (const sequence of order) {
          const frozen = structuredClone(head);
          expect(isBehind(head, BigInt(sequence))).toBe(false);
          const step = advanceChain(head, link(sequence), null);
          expect(head).toEqual(frozen);
          head = step.head;
          expect(isBehind(head, BigInt(sequence))).toBe(true);
        }
        const missing: number[] = [];
        for (const gap of (head as unknown as ChainHead).gaps)
          for (let s = gap.from; s <= gap.to; s++) missing.push(Number(s));
        const highest = Math.max(...order);
        expect(missing.sort((a, b) => a - b)).toEqual(
          Array.from({ length: highest }, (_, i) => i).filter((i) => !order.includes(i)),
        );
      }),
    );
  });

  it('keeps the newest gaps only, and calls nothing below them a fork', () => {
    let head: ChainHead | null = null;
    let most = 0;
    const dropped: bigint[] = [];
    for (let sequence = 1; sequence < 200_000; sequence += 2) {
      const step = advanceChain(head, link(sequence), null);
      head = step.head;
      most = Math.max(most, head.gaps.length);
      if (step.dropped) dropped.push(step.dropped.from);
    }
    expect(most).toBe(maxGaps);
    expect(dropped).toEqual(Array.from({ length: 100_000 - maxGaps }, (_, i) => BigInt(2 * i)));
    const full = head as unknown as ChainHead;
    expect(full.gaps.at(-1)).toEqual({ from: 199_998n, to: 199_998n });
    expect(full.floor).toBe(197_999n);
    const kindOf = (sequence: number) => advanceChain(full, link(sequence, { hash: 'other' }), null).verdict.kind;
    // The first three lie below the floor, where nobody knows any more; they are looked up first.
    expect([0, 5, 197_998].map(kindOf)).toEqual(['late', 'late', 'late']);
    expect(isBehind(full, 5n)).toBe(true);
    expect([197_999, 198_000, 198_001].map(kindOf)).toEqual(['fork', 'late', 'fork']);
  });

  it('drops the oldest gap where a late event splits one', () => {
    let head = run([link(3)]).head;
    for (let i = 1; i < maxGaps; i++) head = advanceChain(head, link(3 + 4 * i), null).head;
    expect([head.gaps.length, head.floor]).toEqual([maxGaps, undefined]);
    const step = advanceChain(head, link(9), null);
    expect(step.dropped).toEqual({ from: 0n, to: 2n });
    expect(step.head).toMatchObject({ floor: 3n, gaps: { length: maxGaps } });
  });
});
