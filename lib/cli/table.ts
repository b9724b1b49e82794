import { printable } from '../platform/printable';

/** Rows in columns as wide as their widest cell, on standard output. Control characters are shown, not obeyed. */
export function printTable(heads: string[], rows: string[][]): void {
  const all = [heads, ...rows.map((row) => row.map(printable))];
  const widths = heads.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  for (const row of all) {
    process.stdout.write(
      `${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    );
  }
}
