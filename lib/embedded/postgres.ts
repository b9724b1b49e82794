import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
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
const ourSettings = {
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
  const pidFile = `${dir}.pid`;
  const logFile = `${dir}.log`;
  await clearStale(pidFile, 'the Postgres');
  if (!existsSync(join(dir, 'PG_VERSION'))) initialise(binaries, dir);
  const password = readFileSync(`${dir}.password`, 'utf8').trim();
  const port = await freePort(options.port ?? 54320);
  const settings = { ...ourSettings, ...options.settings };
  const args = ['-D', dir, '-p', String(port)];
  for (const [name, value] of Object.entries(settings)) args.push('-c', `${name}=${value}`);

  writeFileSync(logFile, '');
  const urlOf = (database: string) => `postgresql://custody:${password}@127.0.0.1:${port}/${database}`;
  const server = await startUntilUp();
  const database = options.database ?? 'custody';
  await createDatabase(urlOf('postgres'), database);
  return {
    url: urlOf(database),
    port,
    dir,
    pid: server.pid,
    ended: server.ended,
    running: server.running,
    stop: server.stop,
  };

  async function startUntilUp(): Promise<Kept> {
    const { owner } = binaries;
    for (let tries = 0; ; tries++) {
      const kept = await startKept({
        command: binaries.postgres,
        args,
        cwd: '/',
        ...owner,
        logFile,
        pidFile,
        stopSignal: 'SIGINT',
        graceMs: 60_000,
      });
      if (await answers(urlOf('postgres'), kept)) return kept;
      const log = readFileSync(logFile, 'utf8');
      // Backends of a postmaster that was killed still hold its shared memory for a moment.
      const lingering = /pre-existing shared memory block|lock file "postmaster.pid" already exists/.test(log);
      if (!lingering || tries === 60) {
        throw new Error(`Postgres did not start (${logFile}): ${log.trim().split('\n').slice(-3).join(' | ')}`);
      }
      writeFileSync(logFile, '');
      await sleep(500);
    }
  }
}

function initialise(binaries: PostgresBinaries, dir: string): void {
  const { owner } = binaries;
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dirname(dir), { recursive: true });
  mkdirSync(dir, { mode: 0o700 });
  const passwordFile = `${dir}.password`;
  writeFileSync(passwordFile, `${randomBytes(18).toString('base64url')}\n`, { mode: 0o600 });
  if (owner.uid !== undefined && owner.gid !== undefined) {
    chownSync(dir, owner.uid, owner.gid);
    chownSync(passwordFile, owner.uid, owner.gid);
  }
  chmodSync(dir, 0o700);
  const flags = [
    '--username=custody',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--no-sync',
  ];
  const result = spawnSync(
    binaries.initdb,
    [`--pgdata=${dir}`, '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', ...flags],
    {
      ...owner,
      cwd: '/',
      env: { ...process.env, LC_ALL: 'C' },
      encoding: 'utf8',
    },
  );
  if (result.status !== 0) throw new Error(`initdb failed: ${result.error?.message ?? result.stderr.trim()}`);
}

/** Waits until the server answers; false when it ended first. Crash recovery may take its time. */
async function answers(url: string, server: Kept): Promise<boolean> {
  while (server.running()) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return true;
    } catch {
      await client.end().catch(() => {});
      await sleep(100);
    }
  }
  return false;
}

async function createDatabase(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (!rowCount) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}
