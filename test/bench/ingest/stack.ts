import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Producer } from 'kafkajs';
import kafkajs from 'kafkajs';
import type { Pool } from 'pg';
import { startKafka } from '../../../lib/embedded/kafka';
import { type Kept, startKept } from '../../../lib/embedded/kept';
import { freePort } from '../../../lib/embedded/ports';
import { startPostgres } from '../../../lib/embedded/postgres';
import { openKafka } from '../../../lib/kafka/client';
import { ensureTopics } from '../../../lib/kafka/topics';
import { migrate } from '../../../lib/store/migrate';
import { createPool } from '../../../lib/store/pool';
import { enrollKey } from '../../support/enroll';
import type { Enrolled, Sent } from './workload';

export const topic = 'mcp.audit.v1';

export interface BenchStack {
  pool: Pool;
  url: string;
  /** Where the worker keeps its keys. */
  dataDir: string;
  pids: { postgres: number; kafka: number };
  send(messages: Sent[]): Promise<void>;
  enroll(keys: Enrolled[]): Promise<void>;
  startWorker(): Promise<Kept>;
  /** Seconds that the worker spent in each stage since it started, and how many events it stored. */
  stages(): Promise<{ events: number; batches: number; failures: number; seconds: Record<string, number> }>;
  /** The worker's log so far. */
  workerLog(): string;
  stop(): Promise<void>;
}

/** A Postgres, a Kafka and a producer of this bench's own, in a folder that is thrown away; the worker starts when asked. */
export async function startStack(): Promise<BenchStack> {
  const dir = mkdtempSync(join(tmpdir(), 'custody-bench-'));
  // The server's user, where we are root, must get there.
  chmodSync(dir, 0o755);
  const postgres = await startPostgres({ dir: join(dir, 'postgres'), port: 21220 });
  const kafka = await startKafka({ dir: join(dir, 'kafka'), port: 21230 });
  await migrate(postgres.url);
  const pool = createPool(postgres.url, { max: 12, name: 'custody bench' });
  const client = await openKafka({ brokers: [kafka.brokers] }, 'custody-bench', () => {});
  await ensureTopics(client, topic);
  const producer: Producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  let worker: Kept | undefined;
  let metricsPort = 0;
  return {
    pool,
    url: postgres.url,
    dataDir: join(dir, 'data'),
    pids: { postgres: postgres.pid, kafka: kafka.pid },
    async send(messages) {
      for (let i = 0; i < messages.length; i += 1000) {
        const part = messages.slice(i, i + 1000).map(({ key, value }) => ({ key, value }));
        await producer.send({ topic, messages: part, compression: kafkajs.CompressionTypes.LZ4 });
      }
    },
    async enroll(keys) {
      for (const key of keys) await enrollKey(pool, key);
    },
    async startWorker() {
      metricsPort = await freePort(21290);
      worker = await startKept({
        command: process.execPath,
        args: ['--enable-source-maps', 'dist/worker.js'],
        logFile: join(dir, 'worker.log'),
        env: {
          ...process.env,
          NODE_ENV: 'production',
          LOG_LEVEL: 'warn',
          DATABASE_URL: postgres.url,
          KAFKA_BROKERS: kafka.brokers,
          KAFKA_TOPIC: topic,
          CUSTODY_SECRET: 'a secret for a bench, of more than 32 characters',
          CUSTODY_DATA: join(dir, 'data'),
          WORKER_METRICS_PORT: String(metricsPort),
        },
      });
      return worker;
    },
    async stages() {
      const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
      const seconds: Record<string, number> = {};
      for (const [, stage = '', value] of text.matchAll(/^custody_stage_seconds_total\{stage="(\w+)"\} (\S+)$/gm)) {
        seconds[stage] = Number(value);
      }
      const total = (name: string) =>
        [...text.matchAll(new RegExp(`^custody_${name}_total\\{[^}]*\\} (\\S+)$`, 'gm'))].reduce(
          (sum, [, value]) => sum + Number(value),
          0,
        );
      return { events: total('events'), batches: total('batches'), failures: total('ingest_failures'), seconds };
    },
    workerLog: () => readFileSync(join(dir, 'worker.log'), 'utf8'),
    async stop() {
      await producer.disconnect().catch(() => {});
      await worker?.stop();
      await pool.end();
      await kafka.stop();
      await postgres.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
