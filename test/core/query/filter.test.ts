import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { condition, withCondition } from '@/lib/core/query/condition';
import { eventFields } from '@/lib/core/query/event-fields';
import { type Filter, parseFilter } from '@/lib/core/query/filter';

const parsed = (text: string) => {
  const answer = parseFilter(text, eventFields);
  if (!answer.ok) throw new Error(answer.message);
  return answer;
};

/** A filter in short: what a test compares. */
function short(filter: Filter): string {
  switch (filter.kind) {
    case 'all':
      return 'all';
    case 'words':
      return `"${filter.text}"`;
    case 'not':
      return `!${short(filter.part)}`;
    case 'term':
      return `${filter.field.name}${filter.comparison}${String(filter.value)}`;
    default:
      return `(${short(filter.left)} ${filter.kind} ${short(filter.right)})`;
  }
}

describe('parseFilter', () => {
  it.each([
    ['', 'all'],
    ['alice', '"alice"'],
    ['tool:read_file', 'tool=read_file'],
    ['severity:>=high', 'severity>=4'],
    ['severity:none', 'severity=0'],
    ['severity:3', 'severity=3'],
    ['-server:memory', '!server=memory'],
    ['NOT server:memory', '!server=memory'],
    ['duration:>1.5', 'duration>1500'],
    ['generated:true', 'generated=true'],
    ['last:7d', 'last=604800000'],
    ['code:[-32100 TO -32000]', '(code>=-32100 and code<=-32000)'],
    ['tool:a OR tool:b', '(tool=a or tool=b)'],
    ['actor:a (tool:b OR tool:c)', '(actor=a and (tool=b or tool=c))'],
    // Quotes are put round what the parser could not read without them.
    ['server:stdio:files:1f0c', 'server=stdio:files:1f0c'],
    ['method:tools/call actor:alice@example.com', '(method=tools/call and actor=alice@example.com)'],
    ['server:https://mcp.example.com/x?y=1', 'server=https://mcp.example.com/x?y=1'],
    ['tool:read_*', 'tool=read_*'],
    ['src/main.ts alice', '("src/main.ts" and "alice")'],
    ['a\\b/c', '"a\\b/c"'],
  ])('%s', (text, expected) => {
    expect(short(parsed(text).filter)).toBe(expected);
  });

  it.each([
    ['foo:bar', /no field “foo”/],
    ['severity:terrible', /no severity “terrible”/],
    ['last:soon', /no stretch of time/],
    ['duration:long', /wants a number/],
    ['generated:maybe', /true or false/],
    ['tool:>read', /can't be compared/],
    ['tool:/x.*/', /\*part\*/],
    ['tool:(a', /can't be read/],
    ['tool:', /Give “tool” a value/],
    [`tool:${'x'.repeat(1001)}`, /1,000 characters/],
  ])('%s says how to mend it', (text, message) => {
    const answer = parseFilter(text, eventFields);
    expect(answer).toMatchObject({ ok: false, message: expect.stringMatching(message) });
  });

  it('cuts the query into chips, each of which can be taken away', () => {
    const { chips } = parsed('severity:>=high AND tool:"a b" -server:memory code:[1 TO 5]');
    expect(chips.map((chip) => chip.text)).toEqual([
      'severity:>=high',
      'tool:"a b"',
      '-server:memory',
      'code:[1 TO 5]',
    ]);
    for (const chip of chips) expect(parsed(chip.without).chips).toHaveLength(chips.length - 1);
  });

  it('answers for any text, and never throws', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 60 }),
        (text) => typeof parseFilter(text, eventFields).ok === 'boolean',
      ),
    );
  });

  it('reads back any value that condition() wrote', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 40 }).filter((text) => !/["\\]/.test(text) && text.trim() !== ''),
        (value) => {
          const { filter } = parsed(condition('actor', value));
          expect(filter).toMatchObject({ kind: 'term', value });
        },
      ),
    );
  });
});

describe('withCondition', () => {
  it('adds a condition once', () => {
    const once = withCondition('tool:x', 'server', 'stdio:a');
    expect(once).toBe('tool:x server:"stdio:a"');
    expect(withCondition(once, 'server', 'stdio:a')).toBe(once);
    expect(withCondition('', 'tool', 'x', true)).toBe('-tool:x');
  });
});

it('a long query is refused before anything else looks at it', () => {
  const start = performance.now();
  expect(parseFilter(`${'a'.repeat(200_000)}(`, eventFields)).toMatchObject({ ok: false });
  expect(performance.now() - start).toBeLessThan(1000);
});

it.each(['code:>99999999999', 'bytes:1.5', 'duration:[1 TO 99999999999999999999]', 'server:"a\0b"'])(
  '%j is more than a column holds',
  (query) => {
    expect(parseFilter(query, eventFields).ok).toBe(false);
  },
);
