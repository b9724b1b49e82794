import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { type Producer } from 'kafkajs';
import { openKafka } from '../../lib/kafka/client';
import { createWorkload, type Sent } from '../bench/ingest/workload';
import { topic } from './servers';

/**
 * Emitters as they should be: each keeps what it sends until it is confirmed, sends it again where it was not, and goes on in order.
 * So the topic holds repeats, and every one must be recognised.
 */
export class Senders {
  /** Messages confirmed by Kafka, each once. */
  sent = 0;
  /** Sends that failed and were made again. */
  resent = 0;
  private stopping = false;
  private running: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly producer: Producer,
    private readonly workload: ReturnType<typeof createWorkload>,
  ) {}

  static async connect(brokers: string, seed: number): Promise<Senders> {
    const client = await openKafka({ brokers: [brokers] }, 'custody-chaos', () => {});
    const producer = client.producer({
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      retry: { retries: 0 },
    });
    await producer.connect();
    return new Senders(producer, createWorkload(seed));
  }

  get enrolled() {
    return this.workload.enrolled;
  }

  start(eventsPerSecond: number): void {
    this.running = this.run(eventsPerSecond);
  }

  /** Stops making events; resolves when all that were made are confirmed. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.running;
    await this.producer.disconnect();
  }

  private async run(eventsPerSecond: number): Promise<void> {
    const tails = new Map<string, Promise<void>>();
    while (!this.stopping) {
      const began = performance.now();
      const now = Date.now();
      for (const [key, messages] of grouped(this.workload.make(Math.ceil(eventsPerSecond / 10), now - 100, now))) {
        tails.set(
          key,
          (tails.get(key) ?? Promise.resolve()).then(() => this.deliver(messages)),
        );
      }
      await delay(Math.max(0, 100 - (performance.now() - began)));
    }
    await Promise.all(tails.values());
  }

  private async deliver(messages: Sent[]): Promise<void> {
    for (;;) {
      try {
        await this.producer.send({ topic, messages: messages.map(({ key, value }) => ({ key, value })), acks: -1 });
        this.sent += messages.length;
        return;
      } catch {
        this.resent += messages.length;
        await delay(500);
        await this.producer.connect().catch(() => {});
      }
    }
  }
}

function grouped(messages: Sent[]): Map<string, Sent[]> {
  const groups = new Map<string, Sent[]>();
  for (const message of messages) {
    const group = groups.get(message.key);
    if (group) group.push(message);
    else groups.set(message.key, [message]);
  }
  return groups;
}
