import { printableLines } from '../platform/printable';

/** How pg and Prisma name a database that can't be reached, or turns us away. */
const databaseCodes = new Set(['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', '28P01', '3D000', 'P1000', 'P1001', 'P1003']);

/** Says what went wrong and what to do, and ends with exit code 2. What went wrong may be the words of a file. */
export function fail(error: unknown): never {
  const { message = String(error), code = '', todo = '' } = error as { message?: string; code?: string; todo?: string };
  process.stderr.write(
    `custody: ${printableLines(`${saidPlainly(message)}${todo ? ` ${todo}` : whatToDo(message, code)}`)}\n`,
  );
  process.exit(2);
}

/** Prisma shows the place in our sources first, and what happened in the last line. */
const saidPlainly = (message: string): string =>
  message.trimStart().startsWith('Invalid `') ? (message.trim().split('\n').at(-1) ?? '') : message;

function whatToDo(message: string, code: string): string {
  if (message.includes('DATABASE_URL is not set')) {
    return '\nSet them, or run npm run demo or npm start in this folder: while it runs, its servers are found.';
  }
  return databaseCodes.has(code)
    ? '; start the database, or mend DATABASE_URL: npx custody doctor says what is there'
    : '';
}
