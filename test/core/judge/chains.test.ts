import { expect, it } from 'vitest';
import type { AuditEvent } from '@/lib/core/event/envelope';
import { ChainPreview, ChainSteps } from '@/lib/core/judge/chains';
import { chainKey, noFacts } from '@/lib/core/judge/needs';
import { maxGaps } from '@/lib/core/provenance/chain';

const event = { source: 'urn:mcp:src:t:s:1', time: '2026-03-01T12:00:00.000Z' } as AuditEvent;
const key = chainKey(event.source, 'e');
const place = (sequence: number) => ({ key, epoch: 'e', sequence: BigInt(sequence) });

it('stores every gap, also those that the head has no room for', () => {
  const facts = noFacts();
  const batch = (from: number, count: number) => {
    const steps = new ChainSteps(facts);
    for (let i = 0; i < count; i++) steps.advance(event, place(from + 2 * i), 'h', null);
    const [write] = steps.result();
    return { opened: write?.opened.length, closed: write?.closed, kept: facts.chains.get(key)?.gaps.length };
  };
  expect(batch(1, maxGaps + 500)).toEqual({ opened: maxGaps + 500, closed: [], kept: maxGaps });
  expect(batch(2 * maxGaps + 1001, 700)).toEqual({ opened: 700, closed: [], kept: maxGaps });
});

it('looks up what lies below the floor, and leaves the head as it is', () => {
  const facts = noFacts();
  const steps = new ChainSteps(facts);
  for (let i = 0; i < maxGaps + 5; i++) steps.advance(event, place(2 * i + 1), 'h', null);
  const before = facts.chains.get(key);
  const preview = new ChainPreview(facts);
  expect([2, 3, 2 * maxGaps].map((sequence) => preview.isBehind(place(sequence)))).toEqual([true, true, false]);
  expect(steps.advance(event, place(2), 'h', null)).toEqual({ kind: 'late' });
  expect(facts.chains.get(key)).toBe(before);
});
