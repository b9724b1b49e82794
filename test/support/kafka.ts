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
 * A describe whose tests need the run's real Kafka. Where Kafka cannot be had each of them is skipped, under a heading that
 * says why; with CI=true, one test fails.
 */
export function kafkaOrSkip(name: string, tests: (kafka: TestKafka) => void | Promise<void>): void {
  describe(name, async () => {
    const kafka = await askServers<KafkaAnswer>('/kafka');
    if ('brokers' in kafka)
      return tests({ brokers: kafka.brokers, createTopic: (partitions) => createTopic(kafka.brokers, partitions) });
    const why = `no Kafka: ${kafka.missing}`;
    if (process.env.CI === 'true')
      return test('needs Kafka', () => {
        throw new Error(why);
      });
    describe.skip(why, () => tests({ brokers: '', createTopic: () => Promise.reject(new Error(why)) }));
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
