import type { Kafka } from 'kafkajs';
import { expect, test } from 'vitest';
import { deadLetterTopic, ensureTopics } from '@/lib/kafka/topics';

/** A broker that does not know a new topic at the first look, and has no leader for it at the second. */
function slowBroker() {
  const looks = new Map<string, number>();
  const made: string[] = [];
  const notKnown = Object.assign(new Error('This server does not host this topic-partition'), {
    type: 'UNKNOWN_TOPIC_OR_PARTITION',
  });
  const admin = {
    connect: async () => {},
    disconnect: async () => {},
    listTopics: async () => [],
    createTopics: async ({ topics, waitForLeaders }: { topics: { topic: string }[]; waitForLeaders: boolean }) => {
      // As kafkajs's own wait does.
      if (waitForLeaders) throw notKnown;
      made.push(...topics.map(({ topic }) => topic));
      return true;
    },
    fetchTopicMetadata: async ({ topics: [name = ''] }: { topics: string[] }) => {
      const look = (looks.get(name) ?? 0) + 1;
      looks.set(name, look);
      if (look === 1) throw notKnown;
      return { topics: [{ name, partitions: [{ partitionId: 0, leader: look === 2 ? -1 : 1 }] }] };
    },
  };
  return { kafka: { admin: () => admin } as unknown as Kafka, made, looks };
}

test('a topic that a busy broker does not know at once is waited for', async () => {
  const { kafka, made, looks } = slowBroker();
  await ensureTopics(kafka, 'events');
  expect(made).toEqual(['events', deadLetterTopic('events')]);
  expect([...looks.values()]).toEqual([3, 3]);
});
