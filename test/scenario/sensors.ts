import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { kidOf } from '@/lib/core/provenance/kid';
import { rawPublicKey, sha256 } from '@/lib/platform/crypto';
import { openState, sourceOf } from '@/lib/sensor/state';

/** Where sensors send to. */
export type Target = { http: { url: string; apiKey: string } } | { kafka: { brokers: string[]; topic: string } };

export interface Tapping {
  /** Command and first arguments that run `custody`. */
  custody: string[];
  stateFolder: string;
  target: Target;
  log(line: string): void;
}

/** Someone at work: a person, and the agent that calls tools for them. */
export interface Person {
  actor: string;
  agent: string;
}

/** The command line of a sensor, up to what it watches. */
export function tapCommand(tapping: Tapping, instance: string, person: Person | null): string[] {
  const { custody, stateFolder, target } = tapping;
  const destination =
    'http' in target
      ? ['--to', target.http.url]
      : ['--kafka', target.kafka.brokers.join(','), '--topic', target.kafka.topic];
  return [
    ...custody,
    'tap',
    ...destination,
    ...['--state', stateFolder, '--instance', instance],
    ...(person ? ['--actor', person.actor, '--agent', person.agent] : []),
  ];
}

/** What a sensor needs of the environment; the key stays out of the process list. */
export function tapEnvironment({ target }: Tapping): Record<string, string> {
  const kafka = Object.entries(process.env).filter(([name]) => /^KAFKA_(SSL|SASL)/.test(name));
  return {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    ...(Object.fromEntries(kafka) as Record<string, string>),
    ...('http' in target ? { CUSTODY_API_KEY: target.http.apiKey } : {}),
  };
}

/** Makes a sensor's key, so that it can be enrolled before the sensor's first event. */
export function sensorKey(stateFolder: string, instance: string): { source: string; kid: string; publicKey: string } {
  const state = openState(stateFolder, instance);
  const publicKey = rawPublicKey(state.privateKey);
  state.unlock();
  return {
    source: sourceOf('default', state.instance),
    kid: kidOf(sha256, publicKey),
    publicKey: Buffer.from(publicKey).toString('base64'),
  };
}

export interface Running {
  url: string;
  /** Ends it by SIGTERM, and waits. */
  stop(): Promise<void>;
}

/** Starts a sensor before a Streamable HTTP server. */
export function startHttpTap(tapping: Tapping, instance: string, upstream: string): Promise<Running> {
  const command = [...tapCommand(tapping, instance, null), '--upstream', upstream];
  return startService(command, tapEnvironment(tapping), 'stderr', /^custody tap: (http\S+) -> /, tapping.log);
}

const keeper = fileURLToPath(new URL('../../lib/embedded/keeper.mjs', import.meta.url));

/** Starts a process that says its address on a line. */
export async function startService(
  [command, ...args]: string[],
  environment: Record<string, string>,
  says: 'stdout' | 'stderr',
  address: RegExp,
  log: (line: string) => void,
): Promise<Running> {
  // The keeper sees to it that it does not outlive us.
  const kept = JSON.stringify({ command, args, stopSignal: 'SIGTERM', graceMs: 5000 });
  const child = spawn(process.execPath, [keeper, kept], {
    env: environment as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`${args.join(' ')} ended before it was ready`)));
    for (const stream of ['stdout', 'stderr'] as const) {
      const lines = createInterface({ input: child[stream] as Readable });
      lines.on('line', (line) => {
        const match = stream === says ? address.exec(line) : null;
        if (match) resolve(match[1] ?? '');
        else if (stream === 'stderr') log(line);
      });
    }
  });
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Lines of a sensor's spool; `confirmed`: only those that the destination has acknowledged. */
export function spooled(stateFolder: string, instance: string, confirmed: boolean): string[] {
  const folder = join(stateFolder, instance, 'spool');
  const marker = readFileSync(join(folder, 'acknowledged'), 'utf8').trim();
  const [segment = 0, offset = 0] = marker === '' ? [] : marker.split(' ').map(Number);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson'))
    .sort()
    .flatMap((name) => {
      const bytes = readFileSync(join(folder, name));
      const number = Number.parseInt(name, 10);
      const end = !confirmed || number < segment ? bytes.length : number === segment ? offset : 0;
      return bytes.subarray(0, end).toString('utf8').split('\n').filter(Boolean);
    });
}
