import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll } from 'vitest';
import { bundling } from '@/lib/embedded/prepare.mjs';

/** `custody` bundled for the test file that calls this, as `npx custody` runs it. Its fields can be read once hooks run. */
export function bundledCustody(): { command: string[]; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'custody-sensor-'));
  // Beside the packages that stay out of the bundle.
  const dist = join(process.cwd(), 'node_modules', '.cache', `custody-${process.pid}`);
  beforeAll(async () => {
    await build({
      entryPoints: { custody: 'lib/cli/main.ts', 'capture-worker': 'lib/sensor/capture-worker.ts' },
      outdir: dist,
      ...bundling,
    });
    writeFileSync(join(dist, 'package.json'), '{"type":"module"}');
  });
  afterAll(() => {
    rmSync(dist, { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  });
  return { command: [process.execPath, join(dist, 'custody.js')], folder };
}

export interface Process {
  child: ChildProcess;
  output: Buffer[];
  /** Standard error so far. */
  errors(): string;
  write(bytes: string | Buffer): void;
  /** Resolves when standard output has so many bytes. */
  outputs(bytes: number): Promise<Buffer>;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** `variables` are set besides the environment's. */
export function start([program = '', ...args]: string[], variables: Record<string, string> = {}): Process {
  const child = spawn(program, args, { stdio: 'pipe', env: { ...process.env, ...variables } });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  child.stdin.on('error', () => {});
  return {
    child,
    output,
    errors: () => Buffer.concat(errors).toString(),
    write: (bytes) => void child.stdin.write(bytes),
    async outputs(bytes) {
      const deadline = Date.now() + 15_000;
      for (;;) {
        const all = Buffer.concat(output);
        if (all.length >= bytes) return all;
        if (Date.now() > deadline) throw new Error(`${all.length} of ${bytes} bytes; ${Buffer.concat(errors)}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    ended: new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal }))),
  };
}
