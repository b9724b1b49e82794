import { setTimeout as delay } from 'node:timers/promises';
import { startKafka } from '../../lib/embedded/kafka';
import { type Kept, startKept } from '../../lib/embedded/kept';
import { isFree } from '../../lib/embedded/ports';
import { startPostgres } from '../../lib/embedded/postgres';

/** Something that is killed and started again, always at the same address. */
export interface Victim {
  name: 'worker' | 'postgres' | 'kafka';
  kills: number;
  /** SIGKILL, then a new start on the same data. Resolves when it is up again. */
  killAndRestart(): Promise<void>;
  stop(): Promise<void>;
}

type Started = Pick<Kept, 'pid' | 'ended' | 'stop'>;

async function victim(name: Victim['name'], start: () => Promise<Started>): Promise<Victim> {
  let running = await start();
  const self: Victim = {
    name,
    kills: 0,
    async killAndRestart() {
      self.kills++;
      process.kill(running.pid, 'SIGKILL');
      await running.ended;
      running = await start();
    },
    stop: () => running.stop(),
  };
  return self;
}

export async function postgresVictim(dir: string, port: number): Promise<{ victim: Victim; url: string }> {
  let url = '';
  const made = await victim('postgres', async () => {
    await freed(port);
    const server = await startPostgres({ dir, port });
    url = server.url;
    return server;
  });
  return { victim: made, url };
}

export async function kafkaVictim(dir: string, port: number): Promise<{ victim: Victim; brokers: string }> {
  let brokers = '';
  const made = await victim('kafka', async () => {
    await freed(port);
    const server = await startKafka({ dir, port });
    brokers = server.brokers;
    return server;
  });
  return { victim: made, brokers };
}

export const workerVictim = (env: Record<string, string>, logFile: string): Promise<Victim> =>
  victim('worker', () =>
    startKept({
      command: process.execPath,
      args: ['--enable-source-maps', 'dist/worker.js'],
      logFile,
      env: { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'warn', ...env },
    }),
  );

/** Whoever was killed may hold its port for a moment; a start would step over it, and nobody would find the server again. */
async function freed(port: number): Promise<void> {
  for (let tries = 0; !(await isFree(port)); tries++) {
    if (tries === 300) throw new Error(`port ${port} is in use`);
    await delay(100);
  }
}
