import { Kafka, logLevel } from 'kafkajs';
import { expect, test } from 'vitest';
import { pool } from '@/lib/store/pool';
import { prisma } from '@/lib/store/prisma';
import { kafkaOrSkip } from '../../support/kafka';
import { testDatabase } from '../../support/postgres';

const database = testDatabase();

test('a test file has a migrated database of its own', async () => {
  const { rows } = await database.pool.query('SELECT count(*)::int AS events FROM event');
  expect(rows).toEqual([{ events: 0 }]);
});

test('the process pool and Prisma use that database', async () => {
  const { rows } = await pool().query('SELECT current_database() AS name');
  expect(database.url).toContain(rows[0].name);
  const [row] = await prisma().$queryRaw<{ name: string }[]>`SELECT current_database() AS name`;
  expect(row?.name).toBe(rows[0].name);
});

test('evidence cannot be changed', async () => {
  await expect(database.pool.query('TRUNCATE event')).rejects.toThrow('append-only');
});

kafkaOrSkip('Kafka', (kafka) => {
  test('what is produced comes back', async () => {
    const topic = await kafka.createTopic(2);
    const client = new Kafka({ brokers: [kafka.brokers], logLevel: logLevel.NOTHING });
    const producer = client.producer();
    await producer.connect();
    await producer.send({ topic, messages: [{ value: 'hello' }] });
    await producer.disconnect();

    const consumer = client.consumer({ groupId: topic });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const value = await new Promise<string>((resolve) => {
      void consumer.run({ eachMessage: async ({ message }) => resolve(String(message.value)) });
    });
    await consumer.disconnect();
    expect(value).toBe('hello');
  });
});
