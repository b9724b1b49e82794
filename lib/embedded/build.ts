import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runKept } from './kept';

export const nextCommand = createRequire(import.meta.url).resolve('next/dist/bin/next');

// What the import map lets the console use, and what configures its build.
const inputs = [
  'app',
  'components',
  ...['auth', 'core', 'kafka', 'outputs', 'platform', 'services', 'store'].map((folder) => `lib/${folder}`),
  'public',
  'instrumentation.ts',
  'next.config.ts',
  'package-lock.json',
  'postcss.config.mjs',
  'proxy.ts',
  'tsconfig.json',
];
const stamp = '.next/custody-inputs';

/**
 * Builds the console for production unless the last build had the same inputs; true when it built.
 * Throws with the end of Next's output, also when `signal` stops it.
 */
export async function buildConsole(signal?: AbortSignal): Promise<boolean> {
  const now = digest();
  if (existsSync(stamp) && existsSync('.next/BUILD_ID') && readFileSync(stamp, 'utf8') === now) return false;
  rmSync(stamp, { force: true });
  // Beside what the build clears away when it begins.
  mkdirSync('.custody', { recursive: true });
  const logFile = '.custody/build.log';
  writeFileSync(logFile, '');
  const how = await runKept(
    {
      command: process.execPath,
      args: [nextCommand, 'build'],
      env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
      logFile,
    },
    signal,
  );
  if (how !== 'exit code 0') {
    throw new Error(`next build: ${how}\n${readFileSync(logFile, 'utf8').trim().slice(-4000)}`);
  }
  writeFileSync(stamp, now);
  return true;
}

function digest(): string {
  const hash = createHash('sha256');
  for (const input of inputs) {
    if (!existsSync(input)) continue;
    for (const file of statSync(input).isDirectory() ? filesBelow(input) : [input]) {
      hash.update(`${file}\0`).update(readFileSync(file));
    }
  }
  return hash.digest('hex');
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stderr.write((await buildConsole()) ? 'Built the console.\n' : 'The console is built already.\n');
}
