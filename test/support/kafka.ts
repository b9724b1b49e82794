import { randomBytes } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { describe, test } from 'vitest';
import { askServers } from './postgres';
import type { KafkaAnswer } from './servers';

export interface TestKafka {
  /** host:port. */
  brokers: string;
  /** Makes a topic of its own for the test and returns its name. */
  createTopic(partitions?: number): Promise<string>;
}

/**
 * A describe whose tests need the run's real Kafka. Where Kafka cannot be had it is one skipped test that says why;
 * with CI=true, one failed test.
 */
export function kafkaOrSkip(name: string, tests: (kafka: TestKafka) => void | Promise<void>): void {
  describe(name, async () => {
    const kafka = await askServers<KafkaAnswer>('/kafka');
    if ('brokers' in kafka)
      return tests({ brokers: kafka.brokers, createTopic: (partitions) => createTopic(kafka.brokers, partitions) });
    test('needs Kafka', (context) => {
      if (process.env.CI === 'true') throw new Error(`no Kafka: ${kafka.missing}`);
      context.skip(`no Kafka: ${kafka.missing}`);
    });
  });
}

async function createTopic(brokers: string, numPartitions = 1): Promise<string> {
  const topic = `test.${randomBytes(6).toString('hex')}`;
  const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true });
  } finally {
    await admin.disconnect();
  }
  return topic;
}
