import type { Batch, Consumer, IHeaders, Kafka } from 'kafkajs';
import type { Refusal } from '../core/event/result';
import { refusedHeader } from './refused-records';

/** One record as it was read, or what stands for one that could not be unfolded. */
export interface KafkaRecord {
  bytes: Buffer;
  headers: Record<string, string>;
  position: bigint;
  refusal: Refusal | null;
}

/** What one fetch brought from one partition. */
export interface Fetched {
  partition: number;
  /** The offset that was asked for. */
  asked: bigint;
  records: KafkaRecord[];
  /** The offset behind the last record, control records included. */
  next: bigint;
  /** The offset that the partition's next record will get. */
  high: bigint;
}

export interface TopicHandler {
  /** The group gave us these partitions, and no others. */
  joined(partitions: number[], reader: TopicReader): void;
  /** Resolves when there is room for more; calls `alive` meanwhile, at least once in some seconds. */
  fetched(batch: Fetched, alive: () => Promise<void>): Promise<void>;
}

export interface TopicReader {
  /** The next fetch of the partition begins at `offset`. */
  seek(partition: number, offset: bigint): void;
  /** Tells the group how far we are. For lag tools only: where reading begins is decided by Postgres. */
  note(partition: number, next: bigint): Promise<void>;
  /** Leaves the group; `readTopic` resolves then. */
  close(): Promise<void>;
}

/**
 * Joins `groupId` and reads `topic` from where `seek` says until the reader is closed. Throws when kafkajs gives up.
 * Where a partition's reading begins is not kept in Kafka.
 */
export async function readTopic(kafka: Kafka, topic: string, groupId: string, handler: TopicHandler): Promise<void> {
  const consumer = kafka.consumer({
    groupId,
    sessionTimeout: 10_000,
    rebalanceTimeout: 15_000,
    heartbeatInterval: 2_000,
    maxBytesPerPartition: 4 << 20,
    maxBytes: 16 << 20,
    minBytes: 1,
    maxWaitTimeInMs: 500,
  });
  await new Promise<void>((resolve, reject) => {
    const reader: TopicReader = {
      seek: (partition, offset) => consumer.seek({ topic, partition, offset: offset.toString() }),
      note: (partition, next) => noteOffset(consumer, topic, partition, next),
      close: () => consumer.disconnect().then(resolve),
    };
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) reject(payload.error);
    });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) =>
      handler.joined(payload.memberAssignment[topic] ?? [], reader),
    );
    consumer
      .connect()
      .then(() => consumer.subscribe({ topic, fromBeginning: true }))
      .then(() =>
        consumer.run({
          autoCommit: false,
          partitionsConsumedConcurrently: 64,
          eachBatch: ({ batch, heartbeat }) => handler.fetched(fetchedFrom(batch), heartbeat),
        }),
      )
      .catch(reject);
  });
}

const noteOffset = (consumer: Consumer, topic: string, partition: number, next: bigint): Promise<void> =>
  consumer.commitOffsets([{ topic, partition, offset: next.toString() }]).catch(() => {});

function fetchedFrom(batch: Batch): Fetched {
  const records: KafkaRecord[] = [];
  let behindRefused = false;
  for (const { value, headers, offset } of batch.messages) {
    const refused = headers?.[refusedHeader];
    if (refused !== undefined && refused.length === 0 && behindRefused) continue;
    behindRefused = refused !== undefined;
    records.push({
      bytes: value ?? empty,
      headers: refused === undefined ? textHeaders(headers) : {},
      position: BigInt(offset),
      refusal:
        refused === undefined
          ? null
          : {
              reason: 'bad_compression',
              detail: `A compressed batch could not be unfolded: ${String(refused)}. Its records are lost to us; send them again.`,
            },
    });
  }
  return {
    partition: batch.partition,
    asked: BigInt((batch as unknown as { fetchedOffset: string }).fetchedOffset),
    records,
    next: BigInt(batch.lastOffset()) + 1n,
    high: BigInt(batch.highWatermark),
  };
}

const empty = Buffer.alloc(0);
const none: Record<string, string> = {};

/** Names in lower case; of a name that stands twice the first counts. */
function textHeaders(headers: IHeaders | undefined): Record<string, string> {
  let text = none;
  for (const name in headers) {
    const value = headers[name];
    const one = Array.isArray(value) ? value[0] : value;
    if (one === undefined) continue;
    if (text === none) text = {};
    text[name.toLowerCase()] = one.toString();
  }
  return text;
}
