import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';
import { buildConsole, nextCommand } from '@/lib/embedded/build';
import { freePort } from '@/lib/embedded/ports';
import { logKey } from '@/lib/platform/keys';
import { signGrownLogs } from '@/lib/worker/checkpoint';
import { type TestDatabase, testDatabase } from '../support/postgres';

export interface TestConsole {
  readonly url: string;
  readonly database: TestDatabase;
  /** Folder of keys and data, its own for the test file. */
  readonly folder: string;
}

/**
 * The console as it runs in production, on a fresh database, for the test file that calls this. Checkpoints are signed as the worker
 * does it. Its fields can be read once hooks run, not before.
 */
export function testConsole(firstPort: number): TestConsole {
  const database = testDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'custody-console-'));
  let url = '';
  const endings: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    const port = await freePort(firstPort);
    url = `http://127.0.0.1:${port}`;
    Object.assign(process.env, { CUSTODY_DATA: folder, NEXTAUTH_URL: url });
    await buildConsole();
    const next = spawn(process.execPath, [nextCommand, 'start', '-H', '127.0.0.1', '-p', String(port)], {
      env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const ended = new Promise((resolve) => next.once('exit', resolve));
    endings.push(async () => {
      next.kill('SIGKILL');
      await ended;
    });
    await answers(`${url}/api/health/ready`);

    const key = logKey({ dataDir: folder });
    const sound = new Set<number>();
    let signing = true;
    const signer = (async () => {
      while (signing) {
        await signGrownLogs(database.pool, key, sound);
        await sleep(500);
      }
    })();
    endings.push(async () => {
      signing = false;
      await signer;
    });
  });
  afterAll(async () => {
    for (const end of endings.reverse()) await end();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    database,
    folder,
    get url() {
      if (!url) throw new Error('the console is there only in hooks and tests');
      return url;
    },
  };
}

async function answers(url: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; ; await sleep(200)) {
    const response = await fetch(url).catch(() => null);
    if (response?.ok) return;
    if (Date.now() > deadline) throw new Error(`${url} does not answer`);
  }
}
