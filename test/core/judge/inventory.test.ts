import { expect, it } from 'vitest';
import type { AuditEvent } from '@/lib/core/event/envelope';
import type { EventRow, Facts, ServerFacts } from '@/lib/core/judge/contract';
import { Inventory, type WrittenAt } from '@/lib/core/judge/inventory';

const time = '2026-03-01T12:00:00.000Z';
const key = 'stdio:files:1f0c';
const noHash = () => '';

function judged(known: ServerFacts | null, names: (string | undefined)[], written: WrittenAt = new Map()) {
  const facts = { servers: new Map([[key, known]]) } as unknown as Facts;
  const inventory = new Inventory(facts, written, Date.parse(time), noHash);
  for (const name of names) {
    const event = { data: { server: { id: key, ...(name && { name }) } } } as AuditEvent;
    inventory.server(event, { server: key, time, generated: false } as EventRow);
  }
  return { stored: facts.servers.get(key)?.name, written: inventory.result().servers.map((server) => server.name) };
}

const facts = (name: string): ServerFacts => ({ key, name, decision: 'approved', tools: new Map() });

it.each([
  {
    what: 'a name that comes after the first event of the batch',
    known: null,
    names: [undefined, 'files'],
    expected: 'files',
  },
  { what: 'a heartbeat after the name', known: null, names: ['files', undefined], expected: 'files' },
  {
    what: 'a heartbeat of a server whose name is stored',
    known: facts('files'),
    names: [undefined],
    expected: 'files',
  },
  { what: 'another name', known: facts('files'), names: ['renamed'], expected: 'renamed' },
  { what: 'no name at all', known: null, names: [undefined], expected: key },
])('$what', ({ known, names, expected }) => {
  expect(judged(known, names)).toEqual({ stored: expected, written: [expected] });
});

it('writes a name that is new even where the server was written a moment ago', () => {
  const written: WrittenAt = new Map([
    [`server\0${key}`, { at: Date.parse(time) + 60_000, time: '2026-03-01T12:01:00.000Z' }],
  ]);
  expect(judged(facts(key), [undefined], new Map(written)).written).toEqual([]);
  expect(judged(facts(key), [undefined, 'files'], new Map(written)).written).toEqual(['files']);
});
