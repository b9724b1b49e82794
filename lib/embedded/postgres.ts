import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPool } from '../store/pool';
import { clearStale, type Kept, startKept } from './kept';
import { freePort } from './ports';
import { type PostgresBinaries, postgresBinaries, reachableDataDir } from './postgres-binaries';

export interface PostgresOptions {
  /** Folder of the cluster; made when missing. */
  dir: string;
  /** First port to try; one in use is stepped over. */
  port?: number;
  /** Created when missing. */
  database?: string;
  /** Server settings over ours, as in postgresql.conf. */
  settings?: Record<string, string | number>;
}

export interface EmbeddedPostgres {
  /** postgresql://… of the database. */
  url: string;
  port: number;
  /** Where the data truly lies; differs from `dir` only when root's server user cannot get there. */
  dir: string;
  /** The postmaster. */
  pid: number;
  ended: Kept['ended'];
  running: Kept['running'];
  /** Fast shutdown: transactions are rolled back, data is safe. */
  stop(): Promise<void>;
}

/** Durable (fsync, synchronous commit and full-page writes stay on), and with room for a stream of COPY on a small machine. */
const ourSettings: Record<string, string | number> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 100,
  shared_buffers: '256MB',
  wal_buffers: '16MB',
  min_wal_size: '1GB',
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  checkpoint_completion_target: '0.9',
  maintenance_work_mem: '128MB',
  work_mem: '16MB',
  random_page_cost: '1.1',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'warning',
};

/**
 * Starts the embedded Postgres on its data folder, which is made when missing and kept when it stops.
 * Throws when a running Custody uses the folder, or when the server does not come up, with the end of its log.
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const binaries = postgresBinaries();
  const dir = reachableDataDir(options.dir, binaries.owner);
  const settings = { ...ourSettings, ...options.settings };
  await clearStale(`${dir}.pid`, 'the Postgres');
  if (!existsSync(join(dir, 'PG_VERSION'))) initialise(binaries, dir, settings.fsync !== 'off');
  const password = readFileSync(`${dir}.password`, 'utf8').trim();
  const urlOf = (port: number, database: string) => `postgresql://custody:${password}@127.0.0.1:${port}/${database}`;

  let port = options.port ?? 54320;
  for (let tries = 0; ; tries++) {
    port = await freePort(port);
    const server = await startServer(binaries, dir, port, settings);
    if (await answers(urlOf(port, 'postgres'), server)) {
      const database = options.database ?? 'custody';
      await createDatabase(urlOf(port, 'postgres'), database);
      const { pid, ended, running, stop } = server;
      return { url: urlOf(port, database), port, dir, pid, ended, running, stop };
    }
    const log = readFileSync(`${dir}.log`, 'utf8');
    if (tries === 60 || !passing.test(log)) {
      throw new Error(`Postgres did not start (${dir}.log): ${log.trim().split('\n').slice(-3).join(' | ')}`);
    }
    await sleep(500);
  }
}

/** What goes by: backends of a killed postmaster that still hold its memory, a port that somebody took just before us. */
const passing = /pre-existing shared memory block|lock file "postmaster.pid" already exists|Address already in use/;

function startServer(
  binaries: PostgresBinaries,
  dir: string,
  port: number,
  settings: Record<string, string | number>,
): Promise<Kept> {
  const logFile = `${dir}.log`;
  writeFileSync(logFile, '');
  const args = ['-D', dir, '-p', String(port)];
  for (const [name, value] of Object.entries(settings)) args.push('-c', `${name}=${value}`);
  return startKept({
    command: binaries.postgres,
    args,
    cwd: '/',
    ...binaries.owner,
    logFile,
    pidFile: `${dir}.pid`,
    stopSignal: 'SIGINT',
    graceMs: 60_000,
  });
}

/** Makes the cluster beside its place and moves it there whole, so that an interrupted start leaves none that is half made. */
function initialise(binaries: PostgresBinaries, dir: string, sync: boolean): void {
  const { owner } = binaries;
  const unfinished = `${dir}.new`;
  const passwordFile = `${dir}.password`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  writeFileSync(passwordFile, `${randomBytes(18).toString('base64url')}\n`, { mode: 0o600 });
  if (owner.uid !== undefined && owner.gid !== undefined) {
    chownSync(unfinished, owner.uid, owner.gid);
    chownSync(passwordFile, owner.uid, owner.gid);
  }
  const flags = ['--username=custody', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8'];
  const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  if (!sync) flags.push('--no-sync');
  const result = spawnSync(binaries.initdb, [`--pgdata=${unfinished}`, ...locale, ...flags], {
    ...owner,
    cwd: '/',
    env: { ...process.env, LC_ALL: 'C' },
    encoding: 'utf8',
  });
  if (result.status !== 0) throw new Error(`initdb failed: ${result.error?.message ?? result.stderr.trim()}`);
  rmSync(dir, { recursive: true, force: true });
  renameSync(unfinished, dir);
}

/** Waits until the server answers; false when it ended first. Crash recovery may take its time. */
async function answers(url: string, server: Kept): Promise<boolean> {
  while (server.running()) {
    const pool = createPool(url, { max: 1 });
    try {
      await pool.query('SELECT 1');
      return true;
    } catch {
      await sleep(100);
    } finally {
      await pool.end();
    }
  }
  return false;
}

async function createDatabase(url: string, name: string): Promise<void> {
  const pool = createPool(url, { max: 1 });
  try {
    const { rowCount } = await pool.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (!rowCount) await pool.query(`CREATE DATABASE "${name.replaceAll('"', '""')}"`);
  } finally {
    await pool.end();
  }
}
