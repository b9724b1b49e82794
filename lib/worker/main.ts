import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type KafkaLog, openKafka } from '../kafka/client';
import { TopicOffsets } from '../kafka/offsets';
import { kafkaSettings } from '../kafka/settings';
import { tsaAuthorities, witnessPolicy } from '../platform/anchors';
import { env } from '../platform/env';
import { logKey, observerKey, redactionKey } from '../platform/keys';
import { logger } from '../platform/log';
import { observeWith } from '../services/observer';
import { createPool } from '../store/pool';
import { checkHealth } from './health';
import { type Anchors, jobTable } from './job-table';
import { startJobs } from './jobs';
import { startJudge } from './judge-client';
import { serveMetrics } from './metrics';
import { refuseUnsoundLogs } from './start';
import { TopicIngest } from './topic-ingest';

// The worker: reads the environment, then ingests from Kafka and runs the table of jobs until a signal. What fails inside
// is tried again there; what can't be, ends the process, and whoever supervises it starts it anew.
const settings = env();
const log = logger('worker');
const worker = `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`;
const pool = createPool(settings.DATABASE_URL, { max: 24, name: 'custody worker' });
const anchors = readAnchors();
await refuseUnsoundLogs(pool, log);

const dataDir = settings.CUSTODY_DATA;
const key = logKey({ pem: settings.CUSTODY_LOG_KEY, dataDir });
const observer = observerKey({ pem: settings.CUSTODY_OBSERVER_KEY, dataDir, logKey: key });

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const script = new URL(`./judge-thread.${extension}`, import.meta.url);
const judged = {
  fingerprintKey: redactionKey(settings.CUSTODY_SECRET),
  believeGenerated: settings.CUSTODY_GENERATED,
};
const judge = startJudge(pool, script, judged, die);

const kafkaLog: KafkaLog = (level, message, detail) => log[level](detail, message);
const kafka = settings.KAFKA_BROKERS.length > 0 ? kafkaSettings(settings) : null;
const ingest = kafka
  ? new TopicIngest(await openKafka(kafka, 'custody-worker', kafkaLog), settings.KAFKA_TOPIC, {
      pool,
      judge,
      knownDays: new Set(),
      observe: observeWith(observer),
      log,
    })
  : null;
const offsets = kafka ? new TopicOffsets(kafka, settings.KAFKA_TOPIC) : null;
if (!kafka) log.warn('KAFKA_BROKERS is not set: events come in by HTTP alone');
const ingesting = ingest?.run().catch(die);
const drillHours = settings.CUSTODY_DRILL_HOURS;
const stopJobs = startJobs(
  pool,
  jobTable({ pool, judge, ingest, offsets, worker, logKey: key, observerKey: observer, judged, anchors, drillHours }),
  worker,
  log,
);
const partitions = () => ingest?.stats() ?? [];
const closeMetrics = serveMetrics({
  port: settings.WORKER_METRICS_PORT,
  host: settings.WORKER_METRICS_HOST,
  partitions,
  health: () => checkHealth(pool, partitions(), offsets?.trouble ?? null),
  failed: (error) => log.error({ err: error }, 'metrics and health are not served'),
});
log.info({ worker, brokers: settings.KAFKA_BROKERS }, 'worker runs');

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop(signal));

async function stop(signal: string): Promise<void> {
  log.info({ signal }, 'worker stops');
  const forced = setTimeout(() => process.exit(1), 10_000);
  forced.unref();
  await Promise.all([ingest?.stop(), stopJobs()]);
  await offsets?.close();
  await ingesting;
  await closeMetrics();
  await judge.close();
  await pool.end();
  process.exit(0);
}

/** Who is asked to cosign and to stamp. A setting that can't be used ends the process before it signs anything. */
function readAnchors(): Anchors {
  try {
    return {
      policy: witnessPolicy(settings.CUSTODY_WITNESS_POLICY),
      witnessSeconds: settings.CUSTODY_WITNESS_SECONDS,
      tsa: settings.CUSTODY_TSA_URL
        ? {
            url: settings.CUSTODY_TSA_URL,
            authorities: tsaAuthorities(settings.CUSTODY_TSA_CA),
            everySeconds: settings.CUSTODY_TSA_SECONDS,
          }
        : null,
    };
  } catch (error) {
    log.fatal((error as Error).message);
    process.exit(1);
  }
}

function die(error: unknown): void {
  log.fatal({ err: error }, 'worker ends');
  process.exit(1);
}
