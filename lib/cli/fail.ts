import { printableLines } from '../platform/printable';

/** Says in one line what went wrong and what to do, and ends with exit code 2. What went wrong may be the words of a file. */
export function fail(error: unknown): never {
  const { message, todo } = error as { message?: string; todo?: string };
  process.stderr.write(`custody: ${printableLines(`${message ?? String(error)}${todo ? ` ${todo}` : ''}`)}\n`);
  process.exit(2);
}
