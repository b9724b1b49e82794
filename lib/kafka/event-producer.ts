import kafkajs, { type Kafka } from 'kafkajs';

export interface EventProducer {
  /** Resolves when all replicas in sync have the lines, in order. Throws kafkajs's error; some may have arrived then. */
  send(source: string, lines: Buffer[]): Promise<void>;
  close(): Promise<void>;
}

/** Sends events keyed by source. One batch is under way at a time, so that a retry can't change the order. */
export async function openEventProducer(kafka: Kafka, topic: string): Promise<EventProducer> {
  const producer = kafka.producer({ maxInFlightRequests: 1, allowAutoTopicCreation: false });
  await producer.connect();
  return {
    async send(source, lines) {
      const messages = lines.map((value) => ({
        key: source,
        value,
        headers: { 'content-type': 'application/cloudevents+json' },
      }));
      await producer.send({ topic, messages, acks: -1, compression: kafkajs.CompressionTypes.GZIP });
    },
    close: () => producer.disconnect(),
  };
}
