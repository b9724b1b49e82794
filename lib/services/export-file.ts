/** A list as a file that someone takes away: rows as text, written as they are read. */
export interface ExportFile {
  name: string;
  contentType: string;
  lines: AsyncGenerator<string, void>;
}

export const exportFormats = ['csv', 'jsonl'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Most rows of one file; fewer where each carries its envelope. */
export const exportLimits = { rows: 100_000, withPayload: 10_000 } as const;

type Cell = string | number | boolean | null;

/**
 * `what` names the list in the file's name, which also says when it was made and, where there was `more` than fits, how
 * many rows it has. With `body`, a member of the rows, each JSON line carries that JSON under `envelope`, as it is.
 */
export function exportFile<Row extends object>(file: {
  what: string;
  format: ExportFormat;
  columns: readonly (keyof Row & string)[];
  pages: AsyncIterable<Row[]>;
  limit: number;
  more: boolean;
  body?: keyof Row;
}): ExportFile {
  const { what, format, columns, pages, limit, more, body } = file;
  const made = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  return {
    name: `custody-${what}-${made}${more ? `-first-${limit}` : ''}.${format}`,
    contentType: format === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/x-ndjson; charset=utf-8',
    lines: format === 'csv' ? csvLines(columns, pages) : jsonLines(columns, pages, body),
  };
}

/** RFC 4180. */
async function* csvLines<Row extends object>(
  columns: readonly (keyof Row & string)[],
  pages: AsyncIterable<Row[]>,
): AsyncGenerator<string, void> {
  yield `${columns.join(',')}\r\n`;
  for await (const rows of pages) {
    yield rows.map((row) => `${columns.map((name) => csvCell(row[name] as Cell)).join(',')}\r\n`).join('');
  }
}

async function* jsonLines<Row extends object>(
  columns: readonly (keyof Row & string)[],
  pages: AsyncIterable<Row[]>,
  body: keyof Row | undefined,
): AsyncGenerator<string, void> {
  for await (const rows of pages) {
    yield rows
      .map((row) => {
        const line = JSON.stringify(Object.fromEntries(columns.map((name) => [name, row[name]])));
        return body === undefined ? `${line}\n` : `${line.slice(0, -1)},"envelope":${row[body]}}\n`;
      })
      .join('');
  }
}

/**
 * A value as a spreadsheet shows it and never runs it: a text that would begin a formula has an apostrophe before it.
 * Every text is quoted, so that none breaks out of its cell.
 */
export function csvCell(value: Cell): string {
  if (typeof value !== 'string') return value === null ? '' : String(value);
  const harmless = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/.test(value) ? `'${value}` : value;
  return `"${harmless.replaceAll('"', '""')}"`;
}
