import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface KeptOptions {
  command: string;
  args: string[];
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
  /** File that standard output and error are appended to; without it they come out on our standard error. */
  logFile?: string;
  /** Written while it runs; `clearStale` reads it at the next start. */
  pidFile?: string;
  /** Signal that asks it to stop in order. */
  stopSignal?: NodeJS.Signals;
  /** How long it may take after that, before SIGKILL; milliseconds. */
  graceMs?: number;
}

export interface Kept {
  /** Process id of the server itself, not of its keeper. */
  pid: number;
  /** Resolves when it has ended, whoever ended it, with a line that says how. */
  ended: Promise<string>;
  running(): boolean;
  /** Asks it to stop, waits until it has; safe to call twice. */
  stop(): Promise<void>;
}

const keeper = fileURLToPath(new URL('./keeper.mjs', import.meta.url));

/** Starts a process that cannot outlive this one. Throws when the command cannot be run. */
export async function startKept(options: KeptOptions): Promise<Kept> {
  const { logFile, env, ...rest } = options;
  const spec = { stopSignal: 'SIGTERM', graceMs: 10_000, ...rest };
  const output = logFile ? openSync(logFile, 'a') : 2;
  const handle = spawn(process.execPath, [keeper, JSON.stringify(spec)], {
    stdio: ['ignore', output, output, 'ipc'],
    detached: true,
    env: env ?? process.env,
  });
  if (logFile) closeSync(output);

  let running = true;
  const ended = new Promise<string>((resolve) => {
    handle.on('message', (message: { code?: number | null; signal?: string | null; error?: string }) => {
      if (message.error !== undefined) resolve(message.error);
      else if ('code' in message) resolve(message.signal ? `ended by ${message.signal}` : `exit code ${message.code}`);
    });
    handle.once('exit', () => resolve('its keeper ended'));
  });
  void ended.then(() => {
    running = false;
  });
  const gone = new Promise<void>((resolve) => handle.once('exit', () => resolve()));

  const pid = await new Promise<number>((resolve, reject) => {
    handle.on('message', (message: { pid?: number }) => message.pid && resolve(message.pid));
    void ended.then((how) => reject(new Error(`${options.command}: ${how}`)));
  });
  return {
    pid,
    ended,
    running: () => running,
    async stop() {
      if (handle.connected) handle.send('stop', () => {});
      await gone;
    },
  };
}

/** Runs a process to its end, or until `signal` stops it; says how it ended: 'exit code 0' where all went well. */
export async function runKept(options: KeptOptions, signal?: AbortSignal): Promise<string> {
  const kept = await startKept(options);
  const stop = () => void kept.stop();
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop);
  const how = await kept.ended;
  signal?.removeEventListener('abort', stop);
  return how;
}

/**
 * Sees to what a pid file of an earlier run names. A server whose keeper lives belongs to a running Custody: an error.
 * One without a keeper is a stray: it is stopped.
 */
export async function clearStale(pidFile: string, what: string): Promise<void> {
  if (!existsSync(pidFile)) return;
  const { keeper: keeperPid, child, command } = JSON.parse(readFileSync(pidFile, 'utf8'));
  if (commandOf(keeperPid).includes('keeper.mjs')) {
    throw new Error(
      `${what} of this data folder is in use by process ${child}: stop that Custody first, or name another folder in CUSTODY_DATA`,
    );
  }
  for (let tries = 0; commandOf(child).includes(command); tries++) {
    process.kill(child, tries < 50 ? 'SIGINT' : 'SIGKILL');
    await sleep(200);
  }
  rmSync(pidFile, { force: true });
}

/** The command line of a running process, or '' when there is none (or when it is a zombie). */
function commandOf(pid: number): string {
  try {
    process.kill(pid, 0);
    if (existsSync('/proc/self/cmdline')) return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout;
  } catch {
    return '';
  }
}
