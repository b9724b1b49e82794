import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Actor } from '../core/access';
import { countWords } from '../core/query/words';
import { commandLine } from '../services/caller';
import { makeBundle } from '../services/make-bundle';
import { closePool } from '../store/pool';

export interface BundleCommandOptions {
  alert?: string[];
  session?: string;
  from?: string;
  to?: string;
  query?: string;
  disclose?: string[];
  /** Whether the contents of events go along. */
  payloads?: boolean;
  output?: string;
  html?: string;
}

/** Whoever holds the database can read all that is in it; the audit says that it was done here. */
const owner: Actor = { ...commandLine, role: 'auditor' };

/** `custody bundle`: writes evidence to a file (default: standard output), and beside it a page that verifies it. */
export async function bundle(options: BundleCommandOptions): Promise<void> {
  const { alert = [], session, from, to, query, disclose = [], payloads, output, html } = options;
  const asked = {
    ...(alert.length > 0 && { alert: alert.join(',') }),
    ...(session !== undefined && { session }),
    ...(query !== undefined && { q: query }),
    ...(from !== undefined && { from, to: to ?? new Date().toISOString() }),
    payload: payloads ? ('1' as const) : ('0' as const),
    ...(disclose.length > 0 && { disclose: disclose.map((one) => one.replaceAll(',', '%2C')).join(',') }),
  };
  if (alert.length === 0 && session === undefined && query === undefined && from === undefined) {
    throw new Error('say what for: --alert ID, --session ID, --query QUERY, or --from TIME [--to TIME]');
  }
  try {
    if (html !== undefined) await write(asked, 'html', html);
    if (html === undefined || output !== undefined) await write(asked, 'jsonl', output);
  } finally {
    await closePool();
  }
}

type Asked = Omit<Parameters<typeof makeBundle>[1], 'format'>;

async function write(asked: Asked, format: 'jsonl' | 'html', to: string | undefined): Promise<void> {
  const { lines, total } = await makeBundle(owner, { ...asked, format });
  const target = to === undefined ? process.stdout : createWriteStream(to);
  await pipeline(withProgress(lines), target, { end: to !== undefined });
  process.stderr.write(`custody: ${countWords(total)} entries written to ${to ?? 'standard output'}\n`);
}

/** Says on standard error how much was written, where a person watches. */
async function* withProgress(lines: AsyncIterable<string>): AsyncGenerator<string, void> {
  let written = 0;
  let saidAt = performance.now();
  let said = false;
  for await (const part of lines) {
    yield part;
    written += part.length;
    if (!process.stderr.isTTY || performance.now() - saidAt < 500) continue;
    saidAt = performance.now();
    said = true;
    process.stderr.write(`\r${Math.round(written / 1e6)} MB `);
  }
  if (said) process.stderr.write('\n');
}
