import { failureOf } from './failure';

/** Ingest that failed tries again within seconds: after so many without another failure it goes well, though perhaps with nothing to do. */
const quietMs = 20_000;

/** What one partition's ingest says of itself. Counts since the start; `takeWindow` answers for the time since it was last asked. */
export class PartitionStats {
  /** The next offset to be stored, where Kafka's records begin, and the offset that its next one will get. */
  next = 0n;
  low = 0n;
  high = 0n;
  events = 0;
  records = 0;
  batches = 0;
  duplicates = 0;
  deadLetters = 0;
  failures = 0;
  /** Microseconds by stage. */
  readonly stagesUs: Record<string, number> = {};
  private failed: { since: number; last: number; why: string } | null = null;
  private window = { since: performance.now(), events: 0, ageMs: 0, batches: 0 };

  committed(batch: {
    events: number;
    records: number;
    duplicates: number;
    deadLetters: number;
    next: bigint;
    ageMs: number;
  }): void {
    this.next = batch.next;
    this.events += batch.events;
    this.records += batch.records;
    this.duplicates += batch.duplicates;
    this.deadLetters += batch.deadLetters;
    this.batches++;
    this.failed = null;
    this.window.events += batch.events;
    if (batch.events > 0) {
      this.window.ageMs += batch.ageMs;
      this.window.batches++;
    }
  }

  spent(stages: Record<string, number>): void {
    for (const stage in stages) this.stagesUs[stage] = (this.stagesUs[stage] ?? 0) + (stages[stage] ?? 0);
  }

  /** Ingest begins again from the last commit, because of `error`. */
  failure(error: unknown, now = performance.now()): void {
    this.failures++;
    const { code, name } = failureOf(error).cause as Partial<{ code: unknown; name: string }>;
    const why = typeof code === 'string' ? code : (name ?? 'unknown');
    this.failed = { since: this.failing(now) === null ? now : (this.failed?.since ?? now), last: now, why };
  }

  /**
   * For how many milliseconds every attempt has failed, and the last one's code (SQLSTATE, of the system) or name: whoever
   * asks for our health may not see what else an error says. Null where ingest goes well.
   */
  failing(now = performance.now()): { forMs: number; why: string } | null {
    if (this.failed === null || now - this.failed.last > quietMs) return null;
    return { forMs: now - this.failed.since, why: this.failed.why };
  }

  /** Records that Kafka still has and Postgres has not. */
  get behind(): bigint {
    const expired = this.low > this.next ? this.low - this.next : 0n;
    const waiting = this.high - this.next - expired;
    return waiting > 0n ? waiting : 0n;
  }

  takeWindow(): { eventsPerSecond: number; ageMs: number } {
    const now = performance.now();
    const { since, events, ageMs, batches } = this.window;
    this.window = { since: now, events: 0, ageMs: 0, batches: 0 };
    return { eventsPerSecond: (events * 1000) / Math.max(1, now - since), ageMs: batches > 0 ? ageMs / batches : 0 };
  }
}
