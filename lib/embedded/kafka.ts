import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { javaCommand, kafkaJars } from './kafka-jars';
import { clearStale, type Kept, startKept } from './kept';
import { freePort } from './ports';

export interface KafkaOptions {
  /** Folder of the broker's data; made when missing. */
  dir: string;
  /** First port to try; one in use is stepped over. */
  port?: number;
  /** Listeners beside the plain one, as `server.properties` names them: `NAME://host:port`. */
  listeners?: string[];
  /** More server properties. */
  settings?: Record<string, string>;
  /** Users that SCRAM knows, as `kafka-storage format --add-scram` takes them. */
  scramUsers?: string[];
}

export interface EmbeddedKafka {
  /** host:port, as KAFKA_BROKERS takes it. */
  brokers: string;
  port: number;
  /** The Java process. */
  pid: number;
  ended: Kept['ended'];
  running: Kept['running'];
  stop(): Promise<void>;
}

/**
 * Starts a real Apache Kafka of one node (KRaft) on its data folder, which is kept when it stops.
 * Ask `kafkaMissing` first. Throws when a running Custody uses the folder, or when the broker does not come up.
 */
export async function startKafka(options: KafkaOptions): Promise<EmbeddedKafka> {
  const jars = await kafkaJars();
  const dir = resolve(options.dir);
  mkdirSync(dir, { recursive: true });
  const pidFile = `${dir}.pid`;
  const logFile = `${dir}.log`;
  await clearStale(pidFile, 'the Kafka');
  const config = join(dir, 'server.properties');
  const java = (heap: string, main: string, args: string[]) => [
    `-Xmx${heap}`,
    `-Dlog4j2.configurationFile=${join(dir, 'log4j2.properties')}`,
    '-cp',
    join(jars, '*'),
    main,
    ...args,
  ];
  writeFileSync(join(dir, 'log4j2.properties'), log4jProperties);

  let port = options.port ?? 19092;
  for (let tries = 0; ; tries++) {
    port = await freePort(port);
    const { listeners, settings, scramUsers } = options;
    writeFileSync(config, serverProperties(join(dir, 'data'), port, await freePort(port + 1), listeners, settings));
    if (!existsSync(join(dir, 'data/meta.properties'))) format(java, config, scramUsers);
    writeFileSync(logFile, '');
    const server = await startKept({
      command: javaCommand(),
      args: java('768m', 'kafka.Kafka', [config]),
      cwd: dir,
      logFile,
      pidFile,
      stopSignal: 'SIGTERM',
      graceMs: 20_000,
    });
    if (await answers(port, server)) {
      const { pid, ended, running, stop } = server;
      return { brokers: `127.0.0.1:${port}`, port, pid, ended, running, stop };
    }
    const log = readFileSync(logFile, 'utf8').trim().split('\n');
    // Somebody may have taken a port just before us.
    if (tries === 10 || !log.some((line) => line.includes('Address already in use'))) {
      throw new Error(
        `Kafka did not start (${logFile}): ${log.find((line) => /ERROR|FATAL/.test(line)) ?? log.at(-1)}`,
      );
    }
  }
}

function format(
  java: (heap: string, main: string, args: string[]) => string[],
  config: string,
  scramUsers: string[] = [],
): void {
  // Its reader takes a leading dash for an option.
  const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'K');
  const users = scramUsers.flatMap((user) => ['--add-scram', user]);
  const args = ['format', '--cluster-id', clusterId, '--config', config, ...users];
  const result = spawnSync(javaCommand(), java('256m', 'kafka.tools.StorageTool', args), { encoding: 'utf8' });
  if (result.status !== 0) {
    throw new Error(`Kafka's storage could not be formatted: ${result.stdout}${result.stderr}`.trim());
  }
}

/** Waits until the broker is unfenced and serving, as its port opens only then; false when it ended first. */
async function answers(port: number, server: Kept): Promise<boolean> {
  while (server.running()) {
    if (await opens(port)) return true;
    await sleep(100);
  }
  return false;
}

function opens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

const serverProperties = (
  data: string,
  port: number,
  controllerPort: number,
  listeners: string[] = [],
  settings: Record<string, string> = {},
) => `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=${[`PLAINTEXT://127.0.0.1:${port}`, `CONTROLLER://127.0.0.1:${controllerPort}`, ...listeners]}
advertised.listeners=${[`PLAINTEXT://127.0.0.1:${port}`, ...listeners]}
controller.listener.names=CONTROLLER
log.dirs=${data.replaceAll('\\', '/')}
num.partitions=4
auto.create.topics.enable=false
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
log.retention.hours=168
log.cleaner.dedupe.buffer.size=16777216
message.max.bytes=8388608
replica.fetch.max.bytes=8388608
${Object.entries(settings)
  .map(([name, value]) => `${name}=${value}\n`)
  .join('')}`;

const log4jProperties = `status=error
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d{ISO8601} %p %c{1}: %m%n
rootLogger.level=warn
rootLogger.appenderRef.out.ref=out
`;
