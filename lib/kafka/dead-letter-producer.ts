import kafkajs, { type Kafka, type Producer } from 'kafkajs';
import type { DeadLetter } from '../core/judge/contract';

export interface DeadLetterProducer {
  /** Sends copies to the dead letter topic. Resolves also where Kafka refuses: the table is the truth. */
  send(letters: DeadLetter[], origin: { topic: string; partition: number }): Promise<void>;
  close(): Promise<void>;
}

/** Copies dead letters to `topic`, with the reason and the place of the original in headers. */
export async function openDeadLetterProducer(
  kafka: Kafka,
  topic: string,
  failed: (error: unknown) => void,
): Promise<DeadLetterProducer> {
  const producer: Producer = kafka.producer({
    retry: { retries: 3 },
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  return {
    send: async (letters, origin) => {
      const messages = letters.map((letter) => ({
        value: Buffer.from(letter.bytes),
        headers: {
          ...letter.headers,
          'custody-reason': letter.reason,
          'custody-detail': letter.detail,
          'custody-origin': `${origin.topic}/${origin.partition}/${letter.position}`,
        },
      }));
      await producer.send({ topic, messages }).catch(failed);
    },
    close: () => producer.disconnect(),
  };
}
