import { resolve } from 'node:path';
import { printable } from '../platform/printable';
import { startCaptureThread } from '../sensor/capture-thread';
import type { SensorOptions, Vantage } from '../sensor/options';
import { commandName, httpServer, stdioServer } from '../sensor/server-identity';
import { defaultStateFolder, instanceName } from '../sensor/state';
import { fail } from './fail';
import { apiKey, type GivenKey, httpUrl } from './remote';

export interface TapOptions extends GivenKey {
  upstream?: string;
  listen: string;
  to?: string;
  kafka?: string;
  topic?: string;
  actor?: string;
  agent?: string;
  tenant: string;
  serverName?: string;
  vantage?: Vantage;
  instance?: string;
  state?: string;
  spool: string;
  contextHeaders?: boolean;
  securityLevel?: SensorOptions['securityLevel'];
}

/** A line of it may repeat what a server answered. */
const say = (line: string): void => void process.stderr.write(`custody tap: ${printable(line)}\n`);

/** Watches one server until it ends or, before an HTTP server, until a signal. Does not return. */
export async function tap(command: string[], options: TapOptions, captureWorker: URL): Promise<void> {
  const [program, ...args] = command;
  const upstream = options.upstream === undefined ? null : httpUrl(options.upstream, '--upstream');
  if ((program === undefined) === (upstream === null)) {
    fail(new Error('give either the command of a stdio server after --, or --upstream URL.'));
  }
  if (options.contextHeaders && !upstream) {
    fail(new Error('--context-headers needs --upstream URL: a stdio server gets no headers.'));
  }
  const spoolMiB = Number(options.spool);
  if (!(spoolMiB > 0)) fail(new Error('--spool takes a number of MiB, for example --spool 256.'));
  const name = upstream ? upstream.host : (options.serverName ?? commandName(program as string, args));
  const sensor: SensorOptions = {
    tenant: options.tenant,
    transport: upstream ? 'streamable_http' : 'stdio',
    instance: options.instance ?? instanceName(name),
    server: upstream ? httpServer(upstream) : stdioServer(program as string, args, options.serverName),
    vantage: options.vantage ?? (upstream ? 'gateway' : 'sidecar'),
    claims: { actor: options.actor, agent: options.agent },
    stateFolder: resolve(options.state ?? defaultStateFolder()),
    spoolBytes: spoolMiB * (1 << 20),
    destination: await destination(options),
    graceMs: 1500,
    heartbeatMs: 30_000,
    version: '0.1.0',
    ...(options.securityLevel === undefined ? {} : { securityLevel: options.securityLevel }),
    ...(options.contextHeaders ? { contextHeaders: true } : {}),
  };
  const capture = startCaptureThread(sensor, captureWorker, say);

  if (!upstream) {
    const { endLike, tapStdio } = await import('../sensor/tap-stdio');
    const { wrappedEnvironment } = await import('../platform/env');
    return endLike(await tapStdio(program as string, args, wrappedEnvironment(), capture));
  }
  const { tapHttp } = await import('../sensor/tap-http');
  const { contextWriter } = await import('../sensor/context-headers');
  const { folder, chainHead } = capture;
  const secure = upstream.protocol === 'https:';
  const write = contextWriter({ folder, chainHead, secure, securityLevel: options.securityLevel });
  const { url, close } = await tapHttp(
    upstream,
    hostAndPort(options.listen),
    capture,
    options.contextHeaders ? write : undefined,
  );
  say(`${url} -> ${upstream.origin}${upstream.pathname}`);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void close().then(() => process.exit(0)));
  }
}

async function destination(options: TapOptions): Promise<SensorOptions['destination']> {
  const { to, kafka, topic } = options;
  if (to !== undefined && kafka === undefined) {
    return { kind: 'http', url: httpUrl(to, '--to').href, apiKey: apiKey(options, 'events:write') };
  }
  const { kafkaEnv } = await import('../platform/env');
  const { kafkaSettings } = await import('../kafka/settings');
  const env = kafkaEnv();
  const brokers = kafka === undefined ? env.KAFKA_BROKERS : kafka.split(',').map((broker) => broker.trim());
  if (brokers.length === 0) fail(new Error('say where events go: --to URL, or --kafka HOST:PORT.'));
  return {
    kind: 'kafka',
    settings: kafkaSettings({ ...env, KAFKA_BROKERS: brokers }),
    topic: topic ?? env.KAFKA_TOPIC,
  };
}

function hostAndPort(text: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text);
  if (!match) fail(new Error(`--listen takes HOST:PORT, for example 127.0.0.1:8808, not ${text}.`));
  return { host: match[1] ?? (match[2] || '127.0.0.1'), port: Number(match[3]) };
}
