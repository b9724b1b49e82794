import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import type { AuditEvent, ToolDefinition } from '@/lib/core/event/envelope';
import type { EventRow, Facts } from '@/lib/core/judge/contract';
import { Inventory, maxDefinition, maxTools, type WrittenAt } from '@/lib/core/judge/inventory';
import { NeedsList, noFacts, orderedFrom } from '@/lib/core/judge/needs';

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');
const time = '2026-03-01T12:00:00.000Z';
const key = 'stdio:files:1f0c';

function show(facts: Facts, tools: ToolDefinition[], written: WrittenAt = new Map()) {
  const inventory = new Inventory(facts, written, Date.parse(time), sha256);
  const event = { data: { server: { id: key }, tools_list: { tools } } } as AuditEvent;
  const row = { server: key, time, generated: false, id: 'x' } as EventRow;
  inventory.server(event, row);
  return { changes: inventory.definitionsOf(event, row), stored: inventory.result().definitions };
}
const named = (n: number): ToolDefinition => ({ name: `tool${n}`, description: 'Reads.' });
const many = (from: number, count: number) => Array.from({ length: count }, (_, i) => named(from + i));

it('keeps the tools of a server that it showed last', () => {
  const facts = noFacts();
  show(facts, many(0, maxTools));
  expect(show(facts, [named(0)]).changes).toEqual([]);
  show(facts, [named(maxTools)]);
  const tools = facts.servers.get(key)?.tools;
  expect([tools?.size, tools?.has('tool0'), tools?.has('tool1')]).toEqual([maxTools, true, false]);
});

it('keeps only the hash of a long definition, stores it whole, and takes its change for a new one', () => {
  const facts = noFacts();
  const long = { name: 'long', description: 'x'.repeat(maxDefinition) };
  for (const _ of [1, 2]) expect(show(facts, [long]).stored[0]?.definition).toContain(long.description);
  expect(facts.servers.get(key)?.tools.get('long')?.definition).toBeNull();
  expect(show(facts, [long]).changes).toEqual([]);
  const changed = { ...long, description: 'Short.' };
  expect(show(facts, [changed]).changes).toEqual([{ now: changed, before: null }]);
});

it('remembers what was written of so many only, and forgets the oldest', () => {
  const written: WrittenAt = new Map(Array.from({ length: 50_000 }, (_, i) => [`tool\0s\0${i}`, { at: 0, time }]));
  show(noFacts(), [], written);
  expect([written.size, written.has('tool\0s\x000'), written.has(`server\0${key}`)]).toEqual([50_000, false, true]);
});

it('moves a fact that is asked for behind those that are not', () => {
  const facts = noFacts();
  for (let i = 0; i <= orderedFrom; i++) facts.servers.set(`s${i}`, null);
  expect(new NeedsList(facts).ask('servers', 's0')).toBe(false);
  expect([facts.servers.keys().next().value, [...facts.servers.keys()].at(-1)]).toEqual(['s1', 's0']);
});
