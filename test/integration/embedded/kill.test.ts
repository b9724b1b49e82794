import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startPostgres } from '@/lib/embedded/postgres';
import { reachableDataDir } from '@/lib/embedded/postgres-binaries';
import { createPool } from '@/lib/store/pool';

let dir: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'custody-kill-'));
  // Root's server runs as somebody else, who must get in.
  chmodSync(dir, 0o755);
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await until(() => !existsSync(join(dir, 'postgres.pid')));
  rmSync(dir, { recursive: true, force: true });
});

test('a kill -9 of whoever started it takes the server along, and the data stays', async () => {
  const { parent, pid } = await startInAnotherProcess();
  parent.kill('SIGKILL');
  await until(() => !alive(pid));

  const again = await start();
  const pool = createPool(again.url);
  expect((await pool.query('SELECT n FROM kept')).rows).toEqual([{ n: 1 }]);
  await pool.end();
  await again.stop();
  expect(alive(again.pid)).toBe(false);
});

test('a server whose keeper was killed too is stopped by the next start', async () => {
  const { parent, pid } = await startInAnotherProcess();
  const { keeper } = JSON.parse(readFileSync(join(dir, 'postgres.pid'), 'utf8'));
  process.kill(keeper, 'SIGKILL');
  parent.kill('SIGKILL');
  await sleep(300);
  expect(alive(pid)).toBe(true);

  const again = await start();
  expect(alive(pid)).toBe(false);
  await again.stop();
});

test('kill -9 of the server itself: it starts again on its data', async () => {
  const first = await start();
  process.kill(first.pid, 'SIGKILL');
  expect(await first.ended).toBe('ended by SIGKILL');
  const again = await start();
  expect(again.running()).toBe(true);
  await again.stop();
});

test('a folder in use is named, not shared', async () => {
  const first = await start();
  await expect(start()).rejects.toThrow(`in use by process ${first.pid}`);
  await first.stop();
});

test('a port in use is stepped over', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const server = await start(port);
  expect(server.port).toBeGreaterThan(port);
  await server.stop();
  other.close();
});

test('root whose folder nobody else can enter: the data lies elsewhere, is kept, and belongs to that folder', async (context) => {
  if (process.getuid?.() !== 0) return context.skip('only root runs the server as somebody else');
  chmodSync(dir, 0o700);
  const first = await start();
  expect(first.dir.startsWith(dir)).toBe(false);
  const pool = createPool(first.url);
  await pool.query('CREATE TABLE kept AS SELECT 1 AS n');
  await pool.end();
  await first.stop();
  // Opened later, it still has its data.
  chmodSync(dir, 0o755);
  const again = await start();
  expect(again.dir).toBe(first.dir);
  const kept = createPool(again.url);
  expect((await kept.query('SELECT n FROM kept')).rows).toEqual([{ n: 1 }]);
  await kept.end();
  await again.stop();
  for (const suffix of ['', '.log', '.password']) rmSync(first.dir + suffix, { recursive: true });

  // A link's own folders are open; what it leads to is not.
  mkdirSync(join(dir, 'closed'), { mode: 0o700 });
  symlinkSync(join(dir, 'closed'), join(dir, 'link'));
  expect(reachableDataDir(join(dir, 'link/made/postgres'), { uid: 65534, gid: 65534 }).startsWith(dir)).toBe(false);
});

const start = (port = 21450) => startPostgres({ dir: join(dir, 'postgres'), port, settings: { fsync: 'off' } });

async function startInAnotherProcess(): Promise<{ parent: ChildProcess; pid: number }> {
  const program = `
    import { startPostgres } from './lib/embedded/postgres.ts';
    import { createPool } from './lib/store/pool.ts';
    const server = await startPostgres({ dir: ${JSON.stringify(join(dir, 'postgres'))}, port: 21450, settings: { fsync: 'off' } });
    const pool = createPool(server.url);
    await pool.query('CREATE TABLE kept AS SELECT 1 AS n');
    console.log(server.pid);`;
  const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(parent);
  const pid = await new Promise<number>((resolve, reject) => {
    parent.stdout?.once('data', (chunk) => resolve(Number(chunk)));
    parent.once('exit', () => reject(new Error('ended before the server was up')));
  });
  return { parent, pid };
}

/** A zombie, which only waits for its parent to look, is not alive. */
function alive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' });
  return /^[^Z]/.test(stdout.trim());
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries === 200) throw new Error('waited 10 s in vain');
    await sleep(50);
  }
}
