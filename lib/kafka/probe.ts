import type { Kafka } from 'kafkajs';

/** What the cluster says of itself and of a topic. Throws kafkajs's error where it can't be reached. */
export async function probeKafka(kafka: Kafka, topic: string): Promise<{ brokers: number; partitions: number | null }> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const { brokers } = await admin.describeCluster();
    const there = (await admin.listTopics()).includes(topic);
    if (!there) return { brokers: brokers.length, partitions: null };
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return { brokers: brokers.length, partitions: topics[0]?.partitions.length ?? 0 };
  } finally {
    await admin.disconnect();
  }
}
