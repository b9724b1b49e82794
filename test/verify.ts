import { spawn } from 'node:child_process';
import { join } from 'node:path';

// `npm run verify`: all that can be said about the code without a server, in under a minute. Every check runs, then the failures are shown.
interface Check {
  name: string;
  bin: string;
  args: string[];
}
const checks: Check[] = [
  { name: 'format and lint', bin: 'biome', args: ['check', '--error-on-warnings'] },
  { name: 'types', bin: 'tsc', args: ['--noEmit'] },
  { name: 'dead code', bin: 'knip', args: ['--no-progress'] },
  { name: 'unit tests and import map', bin: 'vitest', args: ['run', '--project', 'unit'] },
];

const failures: string[] = [];
for (const check of checks) {
  const started = performance.now();
  const { code, output } = await run(check);
  const took = `${((performance.now() - started) / 1000).toFixed(1)} s`;
  process.stderr.write(`  ${code === 0 ? '✓' : '✗'} ${check.name.padEnd(30)} ${took.padStart(7)}\n`);
  if (code !== 0) failures.push(`── ${check.name}\n${output.trim()}\n`);
}
process.stdout.write(failures.length > 0 ? `\n${failures.join('\n')}` : 'verified\n');
process.exitCode = failures.length > 0 ? 1 : 0;

function run({ bin, args }: Check): Promise<{ code: number | null; output: string }> {
  const windows = process.platform === 'win32';
  const child = spawn(join('node_modules/.bin', bin), args, { stdio: ['ignore', 'pipe', 'pipe'], shell: windows });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
