import { hash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { type Kafka } from 'kafkajs';
import { readBatch } from '../../lib/core/judge/read';
import { createWorkload, type Enrolled } from '../bench/ingest/workload';

const perSecond = 1_500;

export interface Load {
  enrolled: Enrolled[];
  /** Ids of the events that Kafka acknowledged, in order, by message key. */
  sent: Map<string, string[]>;
  /** Ends when all that was begun is acknowledged. */
  stop(): Promise<void>;
}

/**
 * Sends events of five formats without end. What Kafka does not acknowledge is sent again, as often as it takes, before
 * anything newer: that is what emitters do that lose nothing, and so Kafka has some events twice.
 */
export async function startLoad(kafka: Kafka, topic: string): Promise<Load> {
  const workload = createWorkload(Date.now() % 1_000_000);
  const producer = kafka.producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 500 },
  });
  const sent = new Map<string, string[]>();
  let stopped = false;

  async function run(): Promise<void> {
    while (!stopped) {
      const began = Date.now();
      const messages = workload.make(perSecond / 5, began - 200, began);
      const values = messages.map(({ key, value }) => ({ key, value }));
      for (let acknowledged = false; !acknowledged; ) {
        try {
          await producer.connect();
          await producer.send({
            topic,
            messages: values,
            acks: -1,
            timeout: 5_000,
            compression: kafkajs.CompressionTypes.GZIP,
          });
          acknowledged = true;
        } catch {
          await delay(200);
        }
      }
      for (const { key, value } of messages) sent.set(key, [...(sent.get(key) ?? []), idOf(value)]);
      await delay(Math.max(0, 200 - (Date.now() - began)));
    }
    await producer.disconnect().catch(() => {});
  }
  const running = run();
  return {
    enrolled: workload.enrolled,
    sent,
    stop: () => {
      stopped = true;
      return running;
    },
  };
}

/** The id that the event will have, by the judge's own first pass. */
function idOf(value: Buffer): string {
  const sha256 = (data: string | Uint8Array) => hash('sha256', data);
  const { opened, dead } = readBatch([{ bytes: value, headers: {}, position: 0n }], Date.now(), sha256);
  const id = opened[0]?.event.id;
  if (id === undefined) throw new Error(`the load has an event that would be refused: ${dead[0]?.detail}`);
  return id;
}
