/** What one partition's ingest says of itself. Counts since the start; `takeWindow` answers for the time since it was last asked. */
export class PartitionStats {
  /** The next offset to be stored, and the one that the partition's next record will get. */
  next = 0n;
  high = 0n;
  events = 0;
  records = 0;
  batches = 0;
  duplicates = 0;
  deadLetters = 0;
  failures = 0;
  /** Microseconds by stage. */
  readonly stagesUs: Record<string, number> = {};
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
    this.window.events += batch.events;
    if (batch.events > 0) {
      this.window.ageMs += batch.ageMs;
      this.window.batches++;
    }
  }

  spent(stages: Record<string, number>): void {
    for (const stage in stages) this.stagesUs[stage] = (this.stagesUs[stage] ?? 0) + (stages[stage] ?? 0);
  }

  /** Records that Kafka has and Postgres has not. */
  get behind(): bigint {
    return this.high > this.next ? this.high - this.next : 0n;
  }

  takeWindow(): { eventsPerSecond: number; ageMs: number } {
    const now = performance.now();
    const { since, events, ageMs, batches } = this.window;
    this.window = { since: now, events: 0, ageMs: 0, batches: 0 };
    return { eventsPerSecond: (events * 1000) / Math.max(1, now - since), ageMs: batches > 0 ? ageMs / batches : 0 };
  }
}
