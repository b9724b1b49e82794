/** Says in one line what went wrong and what to do, and ends with exit code 2. */
export function fail(error: unknown): never {
  const { message, todo } = error as { message?: string; todo?: string };
  process.stderr.write(`custody: ${message ?? String(error)}${todo ? ` ${todo}` : ''}\n`);
  process.exit(2);
}
