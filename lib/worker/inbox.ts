import type { KafkaRecord } from '../kafka/consumer';

export interface InboxBounds {
  /** Most records, and bytes, of one batch. */
  batchRecords: number;
  batchBytes: number;
  /** Records and bytes beyond which `room` waits. */
  heldRecords: number;
  heldBytes: number;
  /** How long the first record of a batch waits for others, milliseconds, and how many others end the wait. */
  lingerMs: number;
  lingerRecords: number;
}

export const defaultBounds: InboxBounds = {
  batchRecords: 5_000,
  batchBytes: 8 << 20,
  heldRecords: 10_000,
  heldBytes: 16 << 20,
  lingerMs: 100,
  lingerRecords: 500,
};

/** Records of one partition that wait to be judged: a bounded queue with one taker, cut into batches. */
export class Inbox {
  private records: KafkaRecord[] = [];
  private bytes = 0;
  private failure: Error | null = null;
  private wakeTaker: (() => void) | null = null;
  private wakeGivers: (() => void)[] = [];

  constructor(private readonly bounds: InboxBounds) {}

  give(records: KafkaRecord[]): void {
    for (const record of records) {
      this.records.push(record);
      this.bytes += record.bytes.length;
    }
    this.wakeTaker?.();
  }

  get full(): boolean {
    return this.records.length >= this.bounds.heldRecords || this.bytes >= this.bounds.heldBytes;
  }

  /** Resolves when there is room, or after `ms`. */
  async room(ms: number): Promise<void> {
    if (!this.full) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wakeGivers.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** The next batch, at most `most` records. Waits for the first record, then lingers. Rejects as soon as `fail` is called. */
  async take(most: number): Promise<KafkaRecord[]> {
    while (this.records.length === 0) await this.more(null);
    const until = performance.now() + this.bounds.lingerMs;
    while (this.records.length < Math.min(most, this.bounds.lingerRecords)) {
      const left = until - performance.now();
      if (left <= 0) break;
      await this.more(left);
    }
    if (this.failure) throw this.failure;
    return this.cut(Math.min(most, this.bounds.batchRecords));
  }

  /** Makes `take` reject until `clear`. */
  fail(error: Error): void {
    this.failure ??= error;
    this.wakeTaker?.();
  }

  clear(): void {
    this.records = [];
    this.bytes = 0;
    this.failure = null;
    this.wake();
  }

  private cut(most: number): KafkaRecord[] {
    let count = 0;
    let bytes = 0;
    while (count < most && count < this.records.length) {
      const size = this.records[count]?.bytes.length ?? 0;
      if (count > 0 && bytes + size > this.bounds.batchBytes) break;
      bytes += size;
      count++;
    }
    const batch = this.records.slice(0, count);
    this.records = this.records.slice(count);
    this.bytes -= bytes;
    this.wake();
    return batch;
  }

  private wake(): void {
    const givers = this.wakeGivers;
    this.wakeGivers = [];
    for (const wake of givers) wake();
  }

  private async more(ms: number | null): Promise<void> {
    if (this.failure) throw this.failure;
    await new Promise<void>((resolve) => {
      const timer = ms === null ? undefined : setTimeout(resolve, ms);
      this.wakeTaker = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wakeTaker = null;
    if (this.failure) throw this.failure;
  }
}
