import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Refusal } from '../core/event/result';
import type { Fetched, KafkaRecord } from '../kafka/consumer';
import type { DeadLetterProducer } from '../kafka/dead-letter-producer';
import type { Logger } from '../platform/log';
import { isAboutData } from '../services/judge/failure';
import type { Judged } from '../services/judge/protocol';
import { notStorable } from '../services/not-storable';
import type { Observe } from '../services/observer';
import { commitBatch } from '../store/commit-batch';
import { type BatchCommit, CommitConflict, isDuplicateEvent, isMissingPartition } from '../store/commit-contract';
import { ensureLog, loadLogState } from '../store/log';
import { ensurePartitions, type KnownDays } from '../store/partitions';
import { BatchError, type BatchFailure, failureOf } from './failure';
import { defaultBounds, Inbox, type InboxBounds } from './inbox';
import type { Judge } from './judge-client';
import { PartitionStats } from './stats';

export interface IngestParts {
  pool: Pool;
  judge: Judge;
  knownDays: KnownDays;
  /** Signs for what is stored. */
  observe: Observe;
  log: Logger;
  deadLetters: DeadLetterProducer | null;
  /** Tells Kafka where the partition's next fetch begins. */
  seek(partition: number, offset: bigint): void;
  bounds?: InboxBounds;
}

/** How long Kafka may bring nothing before it is told where to begin; milliseconds. */
const silentMs = 3_000;

/** The log's row as the next batch expects it. */
interface Head {
  id: number;
  origin: string;
  /** Of the judge's state of it. */
  handle: number;
  size: number;
  nextOffset: bigint | null;
}

/**
 * The straight way of the events of one Kafka partition:
 *
 *   kafka/consumer.ts           reads records                                       -> fetched()
 *   worker/inbox.ts             holds a bounded number of them, cuts batches        -> inbox.take()
 *   services/judge/session.ts   judges a batch, in a thread of its own:             -> judge.judge()
 *     core/judge/read.ts          first pass: bytes to events
 *     core/judge/judge.ts         second pass: signature, redaction, chain, detection, leaf, row
 *     services/judge/encode.ts    rows to a COPY stream, leaves to tiles, detections to alerts
 *   store/commit-batch.ts       one transaction: events, log, chains, servers, alerts,
 *                               usage, dead letters, and the Kafka offset           -> commit()
 *
 * Its NOTIFY reaches the screens by app/api/stream; worker/checkpoint.ts signs the log's new head within a second. What
 * comes by HTTP goes the same way from the judge on: services/http-log.ts.
 *
 * One transaction is in flight while the next batch is judged on the state that it will leave behind. Whatever fails,
 * the state in memory is thrown away and read again from the log's row: nothing is stored twice, left out or reordered,
 * because the row's compare-and-swap moves the log and the offset together or not at all.
 */
export class PartitionIngest {
  readonly stats = new PartitionStats();
  private readonly inbox: Inbox;
  private head: Head | null = null;
  /** The next offset that the inbox takes. */
  private expected = 0n;
  /** An offset that Kafka was asked for once already: what comes instead of it is all there is. */
  private sought: bigint | null = null;
  /** Kafka brought something since the head was read. */
  private heard = false;
  private committing: Promise<void> = Promise.resolve();
  private begun = false;
  private stopped = false;
  private suspicion: Suspicion = trust;

  constructor(
    readonly topic: string,
    readonly partition: number,
    private readonly parts: IngestParts,
  ) {
    this.inbox = new Inbox(parts.bounds ?? defaultBounds);
  }

  /** Runs until `stop`; whatever fails is tried again. */
  async run(): Promise<void> {
    let failures = 0;
    while (!this.stopped) {
      try {
        await this.load();
        await this.flow(() => {
          failures = 0;
        });
      } catch (error) {
        if (this.head) this.parts.judge.shut(this.head.handle);
        this.head = null;
        this.inbox.clear();
        await this.committing.catch(() => {});
        if (this.stopped) return;
        this.stats.failure(error);
        const { cause } = this.learn(failureOf(error));
        // Another writer has the log: whoever is not in Kafka's group any more is told so meanwhile, and stops.
        await delay(cause instanceof CommitConflict ? 1_000 : Math.min(5_000, 50 * 2 ** failures++));
      }
    }
  }

  /** Takes no more; resolves when the transaction in flight has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.inbox.fail(new Error('stopped'));
    await this.committing.catch(() => {});
  }

  /** Takes what Kafka brought, where it is what comes next; waits while the inbox is full. */
  async fetched(batch: Fetched, alive: () => Promise<void>): Promise<void> {
    this.stats.high = batch.high;
    this.heard = true;
    while (this.head === null && !this.stopped) {
      await alive();
      await delay(50);
    }
    if (this.stopped) return;
    if (batch.asked !== this.expected && this.sought !== this.expected) {
      this.sought = this.expected;
      return this.parts.seek(this.partition, this.expected);
    }
    // A topic that was made anew counts from 0 again.
    const again = batch.high < this.expected;
    if (again || batch.asked > this.expected) {
      this.parts.log.error(
        { topic: this.topic, partition: this.partition, expected: `${this.expected}`, got: `${batch.asked}` },
        'Kafka has other records than expected: its retention was shorter than our absence, or the topic was made anew',
      );
    }
    this.inbox.give(again ? batch.records : batch.records.filter((record) => record.position >= this.expected));
    this.expected = batch.next;
    const head = this.head;
    while (this.inbox.full && this.head === head && !this.stopped) {
      await alive();
      await this.inbox.room(1_000);
    }
  }

  private async load(): Promise<void> {
    const { pool, judge } = this.parts;
    const head = await ensureLog(pool, { kind: 'kafka', topic: this.topic, partition: this.partition });
    const handle = judge.open(head.id, await loadLogState(pool, head));
    this.committing = Promise.resolve();
    this.expected = head.nextOffset ?? 0n;
    this.stats.next = this.expected;
    this.sought = null;
    this.head = { ...head, handle };
    this.heard = false;
    // At the first start Kafka mostly begins where we are, and a seek would throw away what it brings.
    if (!this.begun)
      setTimeout(() => this.heard || this.stopped || this.parts.seek(this.partition, this.expected), silentMs);
    else this.parts.seek(this.partition, this.expected);
    this.begun = true;
  }

  /** Batch after batch; ends only by throwing. */
  private async flow(moved: () => void): Promise<never> {
    const { id, origin, handle } = this.head as Head;
    let { size, nextOffset } = this.head as Head;
    for (;;) {
      const records = await this.inbox.take(this.suspicion.most);
      const { first, next } = rangeOf(records);
      if (first >= this.suspicion.until) this.suspicion = trust;
      const { refusal, until } = this.suspicion;
      const failed = (cause: unknown) => {
        throw new BatchError({ cause, first, next, records: records.length });
      };

      const judged = await this.parts.judge.judge(handle, records, { careful: first < until, refusal }).catch(failed);
      await this.committing;
      const { observedRoot: root, ...rest } = judged.batch;
      const batch: BatchCommit = {
        ...rest,
        observed: this.parts.observe({ log: origin, from: size, size: rest.eventCount, root }),
        logId: id,
        was: { size, nextOffset },
        nextOffset: next,
        origin: { via: 'kafka', topic: this.topic, partition: this.partition },
      };
      ({ size, nextOffset } = batch);
      this.committing = this.commit(batch, judged, records.length).then(moved, failed);
      this.committing.catch((error) => this.inbox.fail(error));
    }
  }

  private async commit(batch: BatchCommit, judged: Judged, records: number): Promise<void> {
    const { pool, knownDays, deadLetters, log } = this.parts;
    const began = performance.now();
    await ensurePartitions(pool, batch.days, knownDays);
    const client = await pool.connect();
    let broken = true;
    try {
      await commitBatch(client, batch);
      broken = false;
    } catch (error) {
      broken = !(error instanceof CommitConflict);
      throw error;
    } finally {
      client.release(broken);
    }
    this.stats.committed({
      events: batch.eventCount,
      records,
      duplicates: batch.duplicates,
      deadLetters: batch.deadLetters.length,
      next: batch.nextOffset ?? 0n,
      ageMs: Date.now() - judged.meanTime,
    });
    this.parts.judge.done(judged);
    this.stats.spent({ ...judged.stages, commit: (performance.now() - began) * 1000 });
    for (const error of judged.ruleErrors) log.error(error, 'a rule threw');
    if (batch.deadLetters.length > 0) void deadLetters?.send(batch.deadLetters, this);
  }

  /** What a failure says about how to go on. */
  private learn(failure: BatchFailure): BatchFailure {
    const { cause, next, records } = failure;
    const { topic, partition } = this;
    this.parts.log.warn({ topic, partition, err: cause }, 'begins again from the last commit');
    if (isMissingPartition(cause)) this.parts.knownDays.clear();
    else if (isDuplicateEvent(cause)) this.suspicion = { ...this.suspicion, until: next };
    else if (isAboutData(cause)) {
      this.suspicion = {
        until: next,
        most: Math.ceil(records / 2),
        refusal: records > 1 ? null : notStorable(cause),
      };
    }
    return failure;
  }
}

/** How to judge what lies before the offset `until`, after a failure: with a look at what is stored, in small batches, or not at all. */
interface Suspicion {
  until: bigint;
  most: number;
  refusal: Refusal | null;
}
const trust: Suspicion = { until: 0n, most: Number.POSITIVE_INFINITY, refusal: null };

const rangeOf = (records: KafkaRecord[]): { first: bigint; next: bigint } => ({
  first: (records[0] as KafkaRecord).position,
  next: (records[records.length - 1] as KafkaRecord).position + 1n,
});
