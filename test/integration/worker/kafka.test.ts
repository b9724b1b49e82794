import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import kafkajs, { type Kafka, type Message as KafkaMessage } from 'kafkajs';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openKafka } from '@/lib/kafka/client';
import { maxUnfolded } from '@/lib/kafka/codecs';
import { deadLetterTopic } from '@/lib/kafka/topics';
import { type Judge, startJudge } from '@/lib/worker/judge-client';
import { TopicIngest } from '@/lib/worker/topic-ingest';
import { jsonBytes, madeEvent } from '@/test/support/events';
import { kafkaOrSkip } from '@/test/support/kafka';
import { observe } from '@/test/support/observe';
import { testDatabase } from '@/test/support/postgres';

const { CompressionTypes } = kafkajs;
const codecs = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
};

kafkaOrSkip('ingest from Kafka', ({ brokers, createTopic }) => {
  const database = testDatabase();
  const script = new URL('../../../lib/worker/judge-thread.ts', import.meta.url);
  let judge: Judge;
  let kafka: Kafka;

  beforeAll(async () => {
    judge = startJudge(database.pool, script, { fingerprintKey: new Uint8Array(32) }, (error) => {
      throw error;
    });
    kafka = await openKafka({ brokers: [brokers] }, 'test', () => {});
  });
  afterAll(() => judge.close());

  test('reads every codec, CloudEvents in both modes, and keeps order within a partition', async () => {
    const topic = await createTopic();
    const events = Object.entries(codecs).map(([name, compression]) => ({
      compression,
      all: Array.from({ length: 50 }, () => madeEvent({ subject: name })),
    }));
    const { data, ...attributes } = madeEvent({ subject: 'binary' });
    const headers = Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [`ce_${name}`, String(value)]),
    );
    for (const { compression, all } of events)
      await produce(
        topic,
        all.map((event) => ({ value: jsonBytes(event) })),
        compression,
      );
    await produce(topic, [{ value: jsonBytes(data), headers }]);
    worker(topic);
    await stored(topic, 251);
    expect(await ids(topic)).toEqual([...events.flatMap(({ all }) => all.map((event) => event.id)), attributes.id]);
  });

  test('a compressed batch that unfolds beyond the bound becomes one dead letter, and what follows goes through', async () => {
    const topic = await createTopic();
    const [before, after] = [madeEvent(), madeEvent()];
    await produce(topic, [{ value: jsonBytes(before) }]);
    // Some 100 records of one megabyte each, of nothing but the same character: gzip makes very little of them.
    const bomb = Array.from({ length: Math.ceil(maxUnfolded / 1_000_000) + 10 }, () => ({
      value: Buffer.alloc(1_000_000, 'a'),
    }));
    expect(gzipSync(Buffer.concat(bomb.map(({ value }) => value))).length).toBeLessThan(1_000_000);
    await produce(topic, bomb, CompressionTypes.GZIP);
    await produce(topic, [{ value: jsonBytes(after) }]);
    worker(topic);
    await stored(topic, 2);
    expect(await ids(topic)).toEqual([before.id, after.id]);
    const { rows } = await database.pool.query('SELECT reason, "offset"::int FROM dead_letter WHERE topic = $1', [
      topic,
    ]);
    expect(rows).toEqual([{ reason: 'bad_compression', offset: 1 }]);
  });

  test('dead letters are copied to their topic, with reason and place', async () => {
    const topic = await createTopic();
    await produce(topic, [{ value: Buffer.from('not json') }]);
    worker(topic);
    const copies = await readAll(deadLetterTopic(topic), 1);
    expect(copies[0]?.value?.toString()).toBe('not json');
    expect(copies[0]?.headers?.['custody-reason']?.toString()).toBe('not_json');
    expect(copies[0]?.headers?.['custody-origin']?.toString()).toBe(`${topic}/0/0`);
  });

  test('workers that come and go share the partitions, and each event is stored once, in order of its source', async () => {
    const topic = await createTopic(4);
    const sources = Array.from({ length: 8 }, (_, i) => `urn:mcp:src:test:sensor:${i}`);
    const sent = new Map<string, string[]>(sources.map((source) => [source, []]));
    const first = worker(topic);
    let second: TopicIngest | undefined;
    for (let round = 0; round < 40; round++) {
      const messages = sources.flatMap((source) => {
        const event = madeEvent({ source });
        sent.get(source)?.push(event.id);
        return [{ key: source, value: jsonBytes(event) }];
      });
      await produce(topic, messages);
      if (round === 10) second = worker(topic);
      if (round === 25) await first.stop();
      await delay(100);
    }
    expect(second).toBeDefined();
    await stored(topic, 320);
    const { rows } = await database.pool.query<{ source: string; ids: string[] }>(
      'SELECT source, array_agg(id::text ORDER BY log_id, log_index) AS ids FROM event WHERE source = ANY ($1) AND log_id IN (SELECT id FROM log WHERE topic = $2) GROUP BY source',
      [sources, topic],
    );
    expect(new Map(rows.map(({ source, ids: all }) => [source, all]))).toEqual(sent);
  });

  function worker(topic: string): TopicIngest {
    const ingest = new TopicIngest(kafka, topic, {
      pool: database.pool,
      judge,
      knownDays: new Set(),
      observe,
      log: pino({ level: 'silent' }),
    });
    const running = ingest.run();
    onTestFinished(async () => {
      await ingest.stop();
      await running;
    });
    return ingest;
  }

  async function produce(topic: string, messages: KafkaMessage[], compression = CompressionTypes.None): Promise<void> {
    const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({ topic, messages, compression });
    await producer.disconnect();
  }

  async function ids(topic: string): Promise<string[]> {
    const { rows } = await database.pool.query<{ id: string }>(
      'SELECT e.id::text FROM event e JOIN log l ON l.id = e.log_id WHERE l.topic = $1 ORDER BY e.log_id, e.log_index',
      [topic],
    );
    return rows.map((row) => row.id);
  }

  async function stored(topic: string, count: number): Promise<void> {
    let size = 0;
    for (let tries = 0; tries < 800; tries++) {
      const { rows } = await database.pool.query(
        'SELECT coalesce(sum(size), 0)::int AS size FROM log WHERE topic = $1',
        [topic],
      );
      size = rows[0].size;
      if (size >= count) return;
      await delay(50);
    }
    throw new Error(`${size} of ${count} events are stored`);
  }

  async function readAll(topic: string, count: number): Promise<KafkaMessage[]> {
    const consumer = kafka.consumer({ groupId: `reader-${topic}` });
    const messages: KafkaMessage[] = [];
    await consumer.connect();
    for (let tries = 0; ; tries++) {
      try {
        await consumer.subscribe({ topic, fromBeginning: true });
        break;
      } catch (error) {
        if (tries === 20) throw error;
        await delay(250);
      }
    }
    await consumer.run({ eachMessage: async ({ message }) => void messages.push(message) });
    for (let tries = 0; messages.length < count && tries < 400; tries++) await delay(50);
    await consumer.disconnect();
    return messages;
  }
});
