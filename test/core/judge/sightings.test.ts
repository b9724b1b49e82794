import { expect, test } from 'vitest';
import type { EventData } from '@/lib/core/event/envelope';
import type { EventRow } from '@/lib/core/judge/contract';
import { Sightings } from '@/lib/core/judge/sightings';
import { redactEvent } from '@/lib/core/redaction/redact';
import { madeEvent } from '@/test/support/events';
import { marks } from '@/test/support/marks';

const secret = `AKIA${'ABCDEFGHIJKLMNOP'}`;

/** The directions in which a secret was seen in an event with this data. */
function directionsOf(data: EventData) {
  const { event, redactions } = redactEvent(madeEvent({ data }), marks);
  expect(redactions.map(({ category }) => category)).toContain('secret');
  const row = { id: event.id, time: event.time, server: 'stdio:files:1', tool: 'read', actor: 'ada' } as EventRow;
  const made = new Sightings().of(redactions, row);
  expect(new Set(made.map((one) => one.fingerprint)).size).toBeLessThanOrEqual(1);
  return made.map(({ direction }) => direction).sort();
}

// Where the text of an event comes from decides: people, agents and clients send, servers give.
test.each<[string, ('in' | 'out')[], EventData]>([
  ['arguments of a tool', ['in'], { request: { arguments: { text: secret } } }],
  ['deep in the arguments of a tool', ['in'], { request: { arguments: { list: [{ deeper: `with ${secret}` }] } } }],
  ['arguments of a prompt', ['in'], { prompt: { name: 'greet', arguments: { who: secret } } }],
  ['the URI of a resource', ['in'], { resource: { uri: `https://files.example/?key=${secret}` } }],
  ['a result', ['out'], { result: { content: [{ type: 'text', text: `the key is ${secret}` }] } }],
  ['an error', ['out'], { error: { code: -32000, message: `no access with ${secret}` } }],
  ['a question to the person', ['out'], { elicitation: { message: `Is ${secret} yours?` } }],
  ['the description of a tool', ['out'], { tools_list: { tools: [{ name: 'a', description: `send ${secret}` }] } }],
  [
    'arguments and result',
    ['in', 'out'],
    { request: { arguments: { text: secret } }, result: { content: [{ type: 'text', text: secret }] } },
  ],
  ['twice in arguments', ['in'], { request: { arguments: { a: secret, b: secret } } }],
  ['the reason of an approval', [], { approval: { reason: `because of ${secret}` } }],
])('a secret in %s: %j', (_, directions, data) => {
  expect(directionsOf(data)).toEqual(directions);
});
