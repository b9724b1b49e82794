import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { openKafka } from '@/lib/kafka/client';
import { openEventProducer } from '@/lib/kafka/event-producer';
import { TopicOffsets } from '@/lib/kafka/offsets';
import { logKey, observerKey } from '@/lib/platform/keys';
import { type PartitionHealth, partitionHealth } from '@/lib/store/overview';
import { defaultBounds } from '@/lib/worker/inbox';
import { jobTable } from '@/lib/worker/job-table';
import { startJobs } from '@/lib/worker/jobs';
import { startJudge } from '@/lib/worker/judge-client';
import { TopicIngest } from '@/lib/worker/topic-ingest';
import { jsonBytes, madeEvent } from '@/test/support/events';
import { kafkaOrSkip } from '@/test/support/kafka';
import { observe } from '@/test/support/observe';
import { testDatabase } from '@/test/support/postgres';
import { untilDone } from '@/test/support/until';

kafkaOrSkip('the lag that is shown', ({ brokers, createTopic }) => {
  const database = testDatabase();
  const log = pino({ level: 'silent' });

  test('is true while nobody reads, while reading is stuck, and when all is stored', async () => {
    const topic = await createTopic(2);
    const kafka = await openKafka({ brokers: [brokers] }, 'test', () => {});
    const producer = await openEventProducer(kafka, topic);
    onTestFinished(() => producer.close());
    const produce = (count: number) =>
      producer.send(
        'urn:mcp:src:test:sensor:1',
        Array.from({ length: count }, () => jsonBytes(madeEvent())),
      );
    await produce(7);

    const script = new URL('../../../lib/worker/judge-thread.ts', import.meta.url);
    const judge = startJudge(database.pool, script, { fingerprintKey: new Uint8Array(32) }, (error) => {
      throw error;
    });
    const dataDir = mkdtempSync(join(tmpdir(), 'custody-lag-'));
    const ingest = new TopicIngest(kafka, topic, {
      pool: database.pool,
      judge,
      knownDays: new Set(),
      observe,
      log,
      // So full that no further fetch says where Kafka is.
      bounds: { ...defaultBounds, heldRecords: 1, batchRecords: 1 },
    });
    const offsets = new TopicOffsets({ brokers: [brokers] }, topic);
    const key = logKey({ pem: undefined, dataDir });
    const table = jobTable({
      pool: database.pool,
      judge,
      ingest,
      offsets,
      worker: 'test',
      logKey: key,
      observerKey: observerKey({ dataDir, logKey: key }),
      judged: { fingerprintKey: new Uint8Array(32) },
      anchors: { policy: null, witnessSeconds: 30, tsa: null },
      drillHours: 0,
    });
    const stopJobs = startJobs(database.pool, table, 'test', log);
    let running: Promise<void> | undefined;
    onTestFinished(async () => {
      await Promise.all([ingest.stop(), stopJobs()]);
      await running;
      await offsets.close();
      await judge.close();
      rmSync(dataDir, { recursive: true });
    });

    const shown = await lags(topic, 7);
    expect(shown.map(({ lag }) => lag).sort()).toEqual([0, 7]);

    const stuck = await database.pool.connect();
    try {
      await stuck.query('BEGIN; LOCK TABLE event IN ACCESS EXCLUSIVE MODE');
      running = ingest.run();
      await untilDone(async () => {
        const { rows } = await database.pool.query(
          `SELECT count(*)::int AS waiting FROM pg_locks WHERE NOT granted AND relation = 'event'::regclass`,
        );
        // Jobs that look at events wait, too.
        expect(rows[0].waiting).toBeGreaterThan(0);
        expect(ingest.stats().reduce((sum, { stats }) => sum + Number(stats.behind), 0)).toBe(7);
      });
      await produce(20);
      await lags(topic, 27);
      expect(ingest.stats().reduce((sum, { stats }) => sum + Number(stats.behind), 0)).toBe(27);
    } finally {
      await stuck.query('ROLLBACK');
      stuck.release();
    }
    await lags(topic, 0);
  });

  test('is said to be unknown, with the reason, where Kafka does not answer', async () => {
    const offsets = new TopicOffsets({ brokers: ['127.0.0.1:1'] }, 'any');
    await expect(offsets.read()).rejects.toThrow(/ECONNREFUSED.*mend KAFKA_BROKERS/);
    expect(offsets.trouble).toMatch(/ECONNREFUSED/);
  });
});

/** What the console shows of the topic, once `total` records wait. */
async function lags(topic: string, total: number): Promise<PartitionHealth[]> {
  let rows: PartitionHealth[] = [];
  await untilDone(async () => {
    rows = (await partitionHealth()).filter((row) => row.topic === topic);
    expect(rows).toHaveLength(2);
    expect(rows.reduce((sum, { lag }) => sum + lag, 0)).toBe(total);
  });
  return rows;
}
