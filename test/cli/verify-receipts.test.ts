import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reportReceipts } from '@/lib/cli/verify-receipts';
import { bytesOf, fixtureKeys, valuesOf } from '../core/provenance/receipts/read';

const keys = fixtureKeys;
const lines = (...values: unknown[]) => Buffer.from(`${values.map((value) => JSON.stringify(value)).join('\n')}\n`);
const verdict = (bytes: Uint8Array, options = { keys }) => {
  const report = reportReceipts(bytes, options);
  return report && `${report.verdict} ${report.exitCode}`;
};

describe('a file of receipts', () => {
  it.each([
    ['pipelock/valid-chain.jsonl', 'SIGNED 0'],
    ['pipelock/live-chain.jsonl', 'SIGNED 0'],
    ['pipelock/broken-chain.jsonl', 'GAPS 20'],
    ['pipelock/invalid-signature.json', 'INVALID 40'],
    ['agent-governance/receipts.json', 'SIGNED 0'],
    ['agent-governance/entries.jsonl', 'SIGNED 0'],
    ['agent-audit-trail/trail.jsonl', 'SIGNED 0'],
  ])('%s: %s', (name, expected) => expect(verdict(bytesOf(name))).toBe(expected));

  it('is unanchored where nobody vouches for its keys', () => {
    for (const name of ['pipelock/valid-chain.jsonl', 'agent-audit-trail/trail.jsonl'])
      expect(verdict(bytesOf(name), { keys: [] })).toBe('UNANCHORED 15');
  });

  it('diverges where two receipts follow one', () => {
    const [first, second, third] = valuesOf('agent-governance/receipts.json');
    const rival = { ...third, receipt_id: 'x', parent_receipt_hash: first?.payload_hash };
    // Nobody signed the rival: that is worse than the branch.
    expect(verdict(lines(first, second, rival))).toBe('INVALID 40');
    const [one, two] = valuesOf('agent-governance/entries.jsonl');
    expect(verdict(lines(one, two, { ...two, entry_id: 'y' }))).toBe('INVALID 40');
  });

  it('says fact by fact what holds, in words and as JSON, with what names a receipt that does not', () => {
    const report = reportReceipts(bytesOf('pipelock/broken-chain.jsonl'), { keys });
    expect(report?.text).toMatch(/^GAPS 5 × Pipelock action receipt\n {2}holds authentic/);
    expect(report?.text).toContain('check it yourself: `pipelock verify-receipt FILE --key KEY`');
    expect(report?.text).toContain('FAILS complete: The receipt before it');
    expect(report?.json).toMatchObject({
      kind: 'receipts',
      verdict: 'GAPS',
      receipts: expect.arrayContaining([
        expect.objectContaining({ format: 'pipelock', id: 'conformance-00003', verdict: 'GAPS' }),
      ]),
    });
  });

  it('names lines that can’t be read, and counts what is no receipt', () => {
    const [first, second] = valuesOf('agent-audit-trail/trail.jsonl');
    const report = reportReceipts(Buffer.concat([lines(first, { a: 1 }), Buffer.from('{"broken\n'), lines(second)]), {
      keys,
    });
    expect(report?.text).toMatch(/FAILS line 3: /);
    expect(report?.text).toContain('1 values in the file are no receipts');
    expect(report?.verdict).toBe('GAPS');
  });

  it('prints nothing that a terminal obeys', () => {
    const [first] = valuesOf('agent-audit-trail/trail.jsonl');
    const report = reportReceipts(lines({ ...first, record_id: '\u001b[2Jx\u202e', prev_hash: '\u001b]0;y\u0007' }), {
      keys,
    });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
    expect(report?.text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  it('is a file of another kind where it has none', () => {
    const files = [
      '',
      '[]',
      '{}',
      'null',
      '{"format":"custody.proof/1"}',
      '\u0000\u0001',
      '1\n2\n',
      '{'.repeat(100_000),
    ];
    for (const text of files) expect(reportReceipts(Buffer.from(text))).toBeNull();
    expect(reportReceipts(readFileSync(new URL('../../package.json', import.meta.url)))).toBeNull();
  });
});
