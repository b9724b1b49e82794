import type { Admin } from 'kafkajs';
import { openKafka } from './client';
import type { KafkaSettings } from './settings';
import { kafkaTroubleLine } from './trouble';

/** Where the records of a partition begin, and the offset that its next one will get. */
export interface PartitionOffsets {
  partition: number;
  low: bigint;
  high: bigint;
}

/** Asks Kafka where the partitions of a topic begin and end, on a connection of its own: reading may be stuck. */
export class TopicOffsets {
  private admin: Admin | null = null;
  /** Why Kafka did not answer the last time, and what to do; null when it did. */
  trouble: string | null = null;

  constructor(
    private readonly settings: KafkaSettings,
    readonly topic: string,
  ) {}

  /** All partitions of the topic. Throws within seconds where Kafka does not answer. */
  async read(): Promise<PartitionOffsets[]> {
    try {
      this.admin ??= await this.connect();
      const offsets = await this.admin.fetchTopicOffsets(this.topic);
      this.trouble = null;
      return offsets.map(({ partition, low, high }) => ({ partition, low: BigInt(low), high: BigInt(high) }));
    } catch (error) {
      this.trouble = kafkaTroubleLine(error, this.settings);
      await this.close();
      throw new Error(this.trouble, { cause: error });
    }
  }

  async close(): Promise<void> {
    const { admin } = this;
    this.admin = null;
    await admin?.disconnect().catch(() => {});
  }

  private async connect(): Promise<Admin> {
    const admin = (await openKafka(this.settings, 'custody-offsets', () => {}, 0)).admin();
    await admin.connect();
    return admin;
  }
}
