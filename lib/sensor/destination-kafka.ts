import { openKafka } from '../kafka/client';
import { type EventProducer, openEventProducer } from '../kafka/event-producer';
import type { KafkaSettings } from '../kafka/settings';
import { kafkaTroubleLine } from '../kafka/trouble';
import type { Destination } from './deliver';

/** Kafka, keyed by source so that the order within it holds. */
export function kafkaDestination(settings: KafkaSettings, topic: string, source: string): Destination {
  let opening: Promise<EventProducer> | undefined;

  const open = async (): Promise<EventProducer> => {
    const kafka = await openKafka(settings, 'custody-tap', () => {}, 3);
    return openEventProducer(kafka, topic);
  };

  return {
    name: `Kafka ${settings.brokers.join(',')}`,
    async send(lines, signal) {
      opening ??= open();
      try {
        const producer = await Promise.race([opening, aborted(signal)]);
        signal.throwIfAborted();
        await Promise.race([producer.send(source, lines), aborted(signal)]);
      } catch (error) {
        // A producer that failed starts anew: its connection may be the trouble.
        const failed = opening;
        opening = undefined;
        void failed?.then((producer) => producer.close()).catch(() => {});
        throw new Error(kafkaTroubleLine(error, settings), { cause: error });
      }
    },
    async close() {
      await opening?.then((producer) => producer.close()).catch(() => {});
    },
  };
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
