import { expect, test } from 'vitest';
import { eventFields } from '@/lib/core/query/event-fields';
import { nothing, parseFilter } from '@/lib/core/query/filter';
import { unknownValues } from '@/lib/core/query/unknown-values';
import { filterSql } from '@/lib/store/filter-sql';

const tools = Array.from({ length: 14 }, (_, n) => `tool_${n}`);
const told = (query: string) => {
  const parsed = parseFilter(query, eventFields);
  return parsed.ok ? unknownValues(parsed.filter, { tool: tools }) : parsed.message;
};

test.each([
  [
    'status:failed',
    ['Known values of status: success, failure, denied, timeout, unknown; “failed” is not among them.'],
  ],
  ['tool:tool_1 status:failure', []],
  ['-status:failed', []],
  ['tool:x*', []],
  ['session:anything severity:>=high words', []],
  ['tool:x', [`Known values of tool: ${tools.slice(0, 12).join(', ')} and 2 more; “x” is not among them.`]],
])('%s', (query, expected) => {
  expect(told(query)).toEqual(expected);
});

test('the filter of a query that cannot be read lets nothing through', () => {
  expect(filterSql(nothing, { fields: {}, words: [], person: 'actor' }, [], new Map())).toBe('(true) IS NOT TRUE');
});
