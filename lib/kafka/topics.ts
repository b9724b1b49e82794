import type { Kafka } from 'kafkajs';

/** Where copies of the topic's dead letters go, for those who would rather read them from Kafka; the table is the truth. */
export const deadLetterTopic = (topic: string): string => `${topic}.dlq`;

/** Partitions of a topic that we make: one log each. Adding partitions later adds logs. */
const partitions = 4;

/** Makes `topic` and its dead letter topic where they are missing; changes none that exists. Throws kafkajs's error. */
export async function ensureTopics(kafka: Kafka, topic: string): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const there = new Set(await admin.listTopics());
    const missing = [
      { topic, numPartitions: partitions },
      { topic: deadLetterTopic(topic), numPartitions: 1 },
    ].filter((one) => !there.has(one.topic));
    if (missing.length > 0) await admin.createTopics({ topics: missing, waitForLeaders: true });
  } finally {
    await admin.disconnect();
  }
}
