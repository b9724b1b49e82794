import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { csvCell, exportFile } from '@/lib/services/export-file';

describe('a cell of CSV', () => {
  test.each([
    ['plain', '"plain"'],
    ['with "quotes", commas\r\nand lines', '"with ""quotes"", commas\r\nand lines"'],
    ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
    ['+1', `"'+1"`],
    ['-2+3', `"'-2+3"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    [' =1+1', `"' =1+1"`],
    ['\t=1', `"'\t=1"`],
    ['\uff1d1+1', `"'\uff1d1+1"`],
    ['', '""'],
    [null, ''],
    [-32602, '-32602'],
    [true, 'true'],
  ])('%j is %s', (value, cell) => expect(csvCell(value)).toBe(cell));

  it('never begins a formula, and reads back as what it was', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', ' ', '"', ',', 'a') }),
        (text) => {
          const inner = csvCell(text).slice(1, -1);
          expect(inner).not.toMatch(/^\s*[=+\-@]/);
          expect(inner.replaceAll('""', '')).not.toContain('"');
          expect([text, `'${text}`]).toContain(inner.replaceAll('""', '"'));
        },
      ),
    );
  });
});

async function* pages() {
  yield [{ a: 1, b: '=x', body: '{"k":1}' }];
  yield [{ a: 2, b: 'y', body: '{"k":2}' }];
}
const asked = { what: 'things', columns: ['a', 'b'] as const, limit: 2, more: false };
async function textOf(lines: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const line of lines) text += line;
  return text;
}

it('writes CSV with its header, and JSON lines with envelopes as they are', async () => {
  expect(await textOf(exportFile({ ...asked, format: 'csv', pages: pages() }).lines)).toBe(
    `a,b\r\n1,"'=x"\r\n2,"y"\r\n`,
  );
  expect(await textOf(exportFile({ ...asked, format: 'jsonl', pages: pages(), body: 'body' }).lines)).toBe(
    '{"a":1,"b":"=x","envelope":{"k":1}}\n{"a":2,"b":"y","envelope":{"k":2}}\n',
  );
});

it('says in its name that it holds only the first', () => {
  expect(exportFile({ ...asked, format: 'csv', pages: pages(), more: true }).name).toMatch(
    /^custody-things-\d{8}T\d{6}Z-first-2\.csv$/,
  );
  expect(exportFile({ ...asked, format: 'jsonl', pages: pages() }).name).toMatch(
    /^custody-things-\d{8}T\d{6}Z\.jsonl$/,
  );
});
