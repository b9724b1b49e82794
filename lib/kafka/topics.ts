import { setTimeout as delay } from 'node:timers/promises';
import type { Admin, Kafka } from 'kafkajs';
import { kafkaTroubleLine } from './trouble';

/** Where copies of the topic's dead letters go, for those who would rather read them from Kafka; the table is the truth. */
export const deadLetterTopic = (topic: string): string => `${topic}.dlq`;

/** Partitions of a topic that we make: one log each. Adding partitions later adds logs. */
const partitions = 4;

/**
 * Makes `topic` and its dead letter topic where they are missing; changes none that exists. Throws kafkajs's error, but
 * what is wrong with the dead letter topic alone goes to `copiesFailed`.
 */
export async function ensureTopics(
  kafka: Kafka,
  topic: string,
  copiesFailed: (error: unknown) => void = (error) => {
    throw error;
  },
): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const there = new Set(await admin.listTopics());
    const ensure = async (name: string, numPartitions: number) => {
      if (there.has(name)) return;
      await admin.createTopics({ topics: [{ topic: name, numPartitions }], waitForLeaders: false }).catch((error) => {
        // What was wrong stands in the parts.
        if (!Array.isArray(error.errors)) throw error;
        throw new Error(`topic ${name} is not to be seen, and can't be made: ${kafkaTroubleLine(error, {})}`);
      });
      await untilLed(admin, name);
    };
    await ensure(topic, partitions);
    await ensure(deadLetterTopic(topic), 1).catch(copiesFailed);
  } finally {
    await admin.disconnect();
  }
}

/** How long a new topic may take to be known everywhere, milliseconds. */
const knownWithin = 30_000;

/** kafkajs's own wait for leaders gives up where a busy broker, asked at once, does not know yet what was made on it. */
async function untilLed(admin: Admin, topic: string): Promise<void> {
  for (const until = Date.now() + knownWithin; ; await delay(100)) {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      if (topics[0]?.partitions.every(({ leader }) => leader >= 0)) return;
    } catch (error) {
      const { type } = error as { type?: string };
      if (!notYet.has(type ?? '') || Date.now() > until) throw error;
    }
    if (Date.now() > until) throw new Error(`topic ${topic} was made, but has no leader after ${knownWithin / 1000} s`);
  }
}

const notYet = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE']);
