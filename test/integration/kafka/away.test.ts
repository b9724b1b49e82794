import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type EmbeddedKafka, startKafka } from '@/lib/embedded/kafka';
import { isFree } from '@/lib/embedded/ports';
import { openKafka } from '@/lib/kafka/client';
import { TopicOffsets } from '@/lib/kafka/offsets';
import { kafkaDestination } from '@/lib/sensor/destination-kafka';
import { type Judge, startJudge } from '@/lib/worker/judge-client';
import { TopicIngest } from '@/lib/worker/topic-ingest';
import { jsonBytes, madeEvent } from '@/test/support/events';
import { kafkaOrSkip } from '@/test/support/kafka';
import { observe } from '@/test/support/observe';
import { testDatabase } from '@/test/support/postgres';
import { untilDone } from '@/test/support/until';

/** A broker of its own, which is killed. */
kafkaOrSkip('a Kafka that goes away', () => {
  const database = testDatabase();
  const topic = 'away';
  let dir: string;
  let broker: EmbeddedKafka;
  let judge: Judge;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'custody-away-'));
    broker = await startKafka({ dir: join(dir, 'kafka'), port: 21480 });
    const script = new URL('../../../lib/worker/judge-thread.ts', import.meta.url);
    judge = startJudge(database.pool, script, { fingerprintKey: new Uint8Array(32) }, (error) => {
      throw error;
    });
  });
  afterAll(async () => {
    await judge.close();
    await broker.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  test('what was sent again is stored once and in order; the worker comes back by itself, and can be stopped meanwhile', async () => {
    const settings = { brokers: [broker.brokers] };
    const worker = new TopicIngest(await openKafka(settings, 'custody-worker', () => {}), topic, {
      pool: database.pool,
      judge,
      knownDays: new Set(),
      observe,
      log: pino({ level: 'silent' }),
    });
    const running = worker.run();
    const source = 'urn:mcp:src:test:sensor:1';
    const sensor = kafkaDestination(settings, topic, source);
    const offsets = new TopicOffsets(settings, topic);
    onTestFinished(async () => {
      await worker.stop();
      await running;
      await sensor.close();
      await offsets.close();
    });
    const events = Array.from({ length: 60 }, () => madeEvent({ source }));
    const send = (from: number) =>
      sensor.send(events.slice(from, from + 20).map(jsonBytes), AbortSignal.timeout(20_000));

    await untilDone(() => send(0));
    await stored(20);
    await offsets.read();
    process.kill(broker.pid, 'SIGKILL');
    await broker.ended;
    await expect(send(20)).rejects.toThrow(/Start the broker, or mend KAFKA_BROKERS/);
    await expect(offsets.read()).rejects.toThrow(/Start the broker/);

    // Else the next one would step over it.
    await untilDone(async () => expect(await isFree(broker.port)).toBe(true));
    broker = await startKafka({ dir: join(dir, 'kafka'), port: broker.port });
    // As the spool does: the same again, until it is confirmed. Some of it may have arrived.
    await untilDone(() => send(0));
    await untilDone(() => send(20));
    await untilDone(() => send(40));
    await stored(60);
    const { rows } = await database.pool.query<{ id: string }>(
      'SELECT e.id::text FROM event e JOIN log l ON l.id = e.log_id WHERE l.topic = $1 ORDER BY e.log_index',
      [topic],
    );
    expect(rows.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
    expect((await offsets.read()).reduce((sum, { high }) => sum + Number(high), 0)).toBeGreaterThanOrEqual(80);

    process.kill(broker.pid, 'SIGKILL');
    await broker.ended;
    const began = Date.now();
    await worker.stop();
    await running;
    expect(Date.now() - began).toBeLessThan(8_000);
  }, 120_000);

  const stored = (count: number) =>
    untilDone(async () => {
      const { rows } = await database.pool.query(
        'SELECT coalesce(sum(size), 0)::int AS size FROM log WHERE topic = $1',
        [topic],
      );
      expect(rows).toEqual([{ size: count }]);
    });
});
