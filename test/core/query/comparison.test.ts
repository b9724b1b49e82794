import { expect, test } from 'vitest';
import { alertFields } from '@/lib/core/query/alert-fields';
import { eventFields } from '@/lib/core/query/event-fields';
import { parseFilter } from '@/lib/core/query/filter';

test.each([
  ['severity:>=high', '>=', 4],
  ['severity:>high', '>', 4],
  ['severity:<=low', '<=', 2],
  ['severity:=critical', '=', 5],
  ['severity:high', '=', 4],
])('%s', (text, comparison, value) => {
  expect(parseFilter(text, alertFields)).toMatchObject({ ok: true, filter: { kind: 'term', comparison, value } });
});

test.each([
  ['server:stdio:notes:ab', 'stdio:notes:ab'],
  ['server:https://mcp.example.org/mcp?a=b', 'https://mcp.example.org/mcp?a=b'],
])('a value with signs needs no quotes: %s', (text, value) => {
  expect(parseFilter(text, eventFields)).toMatchObject({ ok: true, filter: { kind: 'term', comparison: '=', value } });
});
