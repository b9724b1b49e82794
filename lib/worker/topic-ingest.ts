import { setTimeout as delay } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import { readTopic, type TopicReader } from '../kafka/consumer';
import { type DeadLetterProducer, openDeadLetterProducer } from '../kafka/dead-letter-producer';
import type { PartitionOffsets } from '../kafka/offsets';
import { deadLetterTopic, ensureTopics } from '../kafka/topics';
import { type IngestParts, PartitionIngest } from './ingest';
import type { PartitionStats } from './stats';

/** Kafka's name for all workers that share the topic's partitions. */
const groupOf = (topic: string): string => `custody.${topic}`;

/** How often Kafka is told how far we are, for those who look at the group's lag there. */
const noteEveryMs = 5_000;

/** Reads the partitions that the group gives us, each with its own PartitionIngest; joins again whenever kafkajs gives up. */
export class TopicIngest {
  private readonly partitions = new Map<number, PartitionIngest>();
  private reader: TopicReader | null = null;
  private deadLetters: DeadLetterProducer | null = null;
  private stopped = false;
  private end = () => {};
  /** Resolves at `stop`. */
  private readonly over = new Promise<void>((resolve) => {
    this.end = resolve;
  });

  constructor(
    private readonly kafka: Kafka,
    private readonly topic: string,
    private readonly parts: Omit<IngestParts, 'seek' | 'deadLetters'>,
  ) {}

  /** Runs until `stop`. */
  async run(): Promise<void> {
    while (!this.stopped) {
      const noting = setInterval(() => this.note(), noteEveryMs);
      try {
        // kafkajs tries to connect without end, and does not let itself be interrupted.
        await Promise.race([this.read(), this.over]);
      } catch (error) {
        if (!this.stopped) this.parts.log.error({ err: error }, 'Kafka consumer ended; joining again');
      } finally {
        clearInterval(noting);
        await this.release();
      }
      if (!this.stopped) await delay(1_000);
    }
  }

  private async read(): Promise<void> {
    const copiesFailed = (error: unknown) =>
      this.parts.log.warn({ err: error }, 'dead letters are in Postgres but not in Kafka');
    await ensureTopics(this.kafka, this.topic, copiesFailed);
    this.deadLetters ??= await openDeadLetterProducer(this.kafka, deadLetterTopic(this.topic), copiesFailed);
    await readTopic(this.kafka, this.topic, groupOf(this.topic), {
      joined: (partitions, reader) => this.assign(partitions, reader),
      fetched: async (batch, alive) => this.partitions.get(batch.partition)?.fetched(batch, alive),
    });
  }

  /** Stops reading; resolves when the last transaction has ended, also where Kafka is away. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.end();
    await Promise.all([...this.partitions.values()].map((partition) => partition.stop()));
    await this.release();
    await this.deadLetters?.close().catch(() => {});
  }

  stats(): { topic: string; partition: number; stats: PartitionStats }[] {
    return [...this.partitions.values()].map(({ topic, partition, stats }) => ({ topic, partition, stats }));
  }

  /** What Kafka says of its partitions, also of those that bring nothing or are stuck. */
  saw(offsets: PartitionOffsets[]): void {
    for (const { partition, low, high } of offsets) {
      const stats = this.partitions.get(partition)?.stats;
      if (stats) Object.assign(stats, { low, high });
    }
  }

  private assign(numbers: number[], reader: TopicReader): void {
    // Kafka came back after we gave up.
    if (this.stopped) return void reader.close();
    this.reader = reader;
    const given = new Set(numbers);
    for (const [number, partition] of this.partitions) {
      if (given.has(number)) continue;
      this.partitions.delete(number);
      void partition.stop();
    }
    for (const number of numbers) {
      if (this.partitions.has(number)) continue;
      const partition = new PartitionIngest(this.topic, number, {
        ...this.parts,
        deadLetters: this.deadLetters,
        seek: (at, offset) => this.reader?.seek(at, offset),
      });
      this.partitions.set(number, partition);
      void partition.run();
    }
    this.parts.log.info({ topic: this.topic, partitions: numbers }, 'Kafka gave us these partitions');
  }

  private note(): void {
    for (const { partition, stats } of this.partitions.values()) void this.reader?.note(partition, stats.next);
  }

  private async release(): Promise<void> {
    const all = [...this.partitions.values()];
    this.partitions.clear();
    await Promise.all(all.map((partition) => partition.stop()));
    // Whoever reads on begins there, and need not throw away a first fetch.
    const { reader } = this;
    this.reader = null;
    await atMost(2_000, Promise.all(all.map(({ partition, stats }) => reader?.note(partition, stats.next))));
    await atMost(3_000, reader?.close());
  }
}

/** Waits for a farewell to Kafka, but not for a Kafka that is away. */
const atMost = (ms: number, farewell: Promise<unknown> | undefined): Promise<unknown> =>
  Promise.race([farewell, delay(ms, undefined, { ref: false })]).catch(() => {});
