import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from '../store/migrate';
import { buildConsole, nextCommand } from './build';
import { dataDir, keptSecret } from './data';
import { startKafka } from './kafka';
import { kafkaMissing } from './kafka-jars';
import type { Kept, KeptOptions } from './kept';
import { freePort, isFree } from './ports';
import { startPostgres } from './postgres';
import type { Progress } from './progress';
import { supervise } from './supervise';

export interface StackOptions {
  mode: 'production' | 'development';
  /** Where the console listens: 127.0.0.1, or 0.0.0.0 for the world. */
  host: string;
  /** Exactly this port, or an error that names it; without it the first free one from 3000. */
  port?: number | undefined;
  /** Whether console and worker write to files in the data folder, or to our standard error. */
  logs: 'files' | 'stderr';
  progress: Progress;
  /** Runs when the database is migrated, before console and worker start. */
  whenMigrated?(): Promise<void>;
}

export interface Stack {
  /** Address of the console. */
  url: string;
  /** Empty without Kafka. */
  brokers: string[];
  /** Resolves when Postgres or Kafka of ours ended by itself, with a line that says which and how. */
  failed: Promise<string>;
  /** Stops console and worker, then the servers, so that nothing is cut off midway. Safe to call twice. */
  stop(): Promise<void>;
}

interface Part {
  stop(): Promise<void>;
}

/** Thrown out of a start that was told to stop. */
export class Stopped extends Error {
  override name = 'Stopped';
}

/**
 * Starts all of Custody: Postgres and Kafka (ours, or those that DATABASE_URL and KAFKA_BROKERS name), migrations, worker, console.
 * Afterwards this process's environment names the servers. When a step fails, or `signal` says stop, what was started is
 * stopped before this throws.
 */
export async function startStack(options: StackOptions, signal: AbortSignal): Promise<Stack> {
  const { mode, progress } = options;
  const parts: Part[] = [];
  const failures: Promise<string>[] = [];
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= stopInReverse(parts);
    return stopped;
  };
  const step = <T>(...[what, run]: Parameters<typeof progress.step<T>>) => {
    if (signal.aborted) throw new Stopped();
    return progress.step(what, run);
  };
  const server = <T extends Kept | (Part & { ended: Promise<string> })>(what: string, kept: T): T => {
    parts.push(kept);
    failures.push(kept.ended.then((how) => `${what} stopped: ${how}`));
    return kept;
  };

  try {
    const port = await choosePort(options);
    setEnvironment(port);
    if (!process.env.DATABASE_URL) {
      await step('Postgres', async (note) => {
        const postgres = server('Postgres', await startPostgres({ dir: join(dataDir(), 'postgres') }));
        process.env.DATABASE_URL = postgres.url;
        note(`127.0.0.1:${postgres.port}, data in ${postgres.dir}`);
      });
    }
    if (!process.env.KAFKA_BROKERS) {
      const missing = await step('Kafka: Java and jars (54 MB, fetched once)', async (note) => {
        const reason = await kafkaMissing(signal);
        if (reason) note(`none, so events come in by HTTP, and the rest is the same: ${reason}`);
        return reason;
      });
      if (!missing) {
        await step('Kafka', async (note) => {
          const kafka = server('Kafka', await startKafka({ dir: join(dataDir(), 'kafka') }));
          process.env.KAFKA_BROKERS = kafka.brokers;
          note(kafka.brokers);
        });
      }
    }
    await step('Migrations', async (note) => {
      const applied = await migrate(process.env.DATABASE_URL ?? '');
      note(applied.length > 0 ? applied.join(', ') : 'nothing new');
      await options.whenMigrated?.();
    });
    if (mode === 'production') {
      await step('Console: production build', async (note) => {
        if (!(await buildConsole(signal))) note('unchanged');
      });
    }
    await step('Worker', async () => {
      parts.push(await supervise('The worker', workerProcess(options), progress.say));
    });
    await step('Console', async () => {
      const console = consoleProcess(options, port);
      parts.push(await supervise('The console', console, progress.say));
      await answers(`http://127.0.0.1:${port}/api/health/ready`, console, signal);
    });
    parts.push(describeInstallation(port));
    const brokers = (process.env.KAFKA_BROKERS ?? '').split(',').filter(Boolean);
    return { url: `http://localhost:${port}`, brokers, failed: Promise.race(failures), stop };
  } catch (error) {
    await stop();
    throw signal.aborted ? new Stopped() : error;
  }
}

async function choosePort({ port, host }: StackOptions): Promise<number> {
  // A browser may take localhost for ::1, and would meet whoever listens there.
  const hosts = [host, '::1'];
  if (port === undefined) return freePort(3000, hosts);
  if (await isFree(port, hosts)) return port;
  throw new Error(
    `port ${port} is in use, or is not for everyone to listen on: choose another with PORT or, for the demo, --port`,
  );
}

/** What console, worker and this process read by `env()`; what is set already stays. */
function setEnvironment(port: number): void {
  mkdirSync(dataDir(), { recursive: true });
  process.env.CUSTODY_DATA = dataDir();
  process.env.CUSTODY_SECRET ||= keptSecret('installation');
  process.env.NEXTAUTH_URL ||= `http://localhost:${port}`;
  process.env.PORT = String(port);
  // A change of kafkajs's defaults that concerns nobody here, said at every start.
  process.env.KAFKAJS_NO_PARTITIONER_WARNING = '1';
}

/** Writes down what `npx custody` needs to find this installation, for as long as it runs. */
function describeInstallation(port: number): Part {
  const file = join(dataDir(), 'env');
  const lines = ['DATABASE_URL', 'KAFKA_BROKERS', 'CUSTODY_DATA', 'CUSTODY_SECRET']
    .filter((name) => process.env[name])
    .map((name) => `${name}="${process.env[name]}"`);
  writeFileSync(file, [...lines, `CUSTODY_URL="http://127.0.0.1:${port}"`, ''].join('\n'), { mode: 0o600 });
  return { stop: async () => rmSync(file, { force: true }) };
}

function workerProcess({ mode, logs }: StackOptions): KeptOptions {
  const tsx = createRequire(import.meta.url).resolve('tsx/cli');
  return {
    command: process.execPath,
    args: mode === 'production' ? ['--enable-source-maps', 'dist/worker.js'] : [tsx, 'watch', 'lib/worker/main.ts'],
    env: { ...process.env, NODE_ENV: mode },
    ...(logs === 'files' && { logFile: join(dataDir(), 'worker.log') }),
  };
}

function consoleProcess({ mode, logs, host }: StackOptions, port: number): KeptOptions {
  const command = mode === 'production' ? 'start' : 'dev';
  return {
    command: process.execPath,
    args: [nextCommand, command, '--port', String(port), '--hostname', host],
    env: { ...process.env, NODE_ENV: mode, NEXT_TELEMETRY_DISABLED: '1' },
    ...(logs === 'files' && { logFile: join(dataDir(), 'console.log') }),
  };
}

/** Waits until the console says that it and its database are ready. Throws after two minutes, with the end of its log. */
async function answers(url: string, { logFile }: KeptOptions, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + 120_000;
  let last = 'no answer';
  while (performance.now() < deadline) {
    if (signal.aborted) throw new Stopped();
    const response = await fetch(url, { signal: AbortSignal.timeout(30_000) }).catch(() => null);
    if (response?.ok) return;
    if (response) last = `status ${response.status}`;
    await sleep(100);
  }
  const log = logFile && existsSync(logFile) ? `\n${readFileSync(logFile, 'utf8').slice(-2000)}` : '';
  throw new Error(`the console is not ready (${last} from ${url})${log}`);
}

async function stopInReverse(parts: Part[]): Promise<void> {
  for (const part of parts.toReversed()) await part.stop();
}
