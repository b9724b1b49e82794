import pg from 'pg';

/** A commit as a listener learned of it. */
interface Arrival {
  log: number;
  size: number;
  /** Milliseconds since 1970: when the notification came, and when a reader had read the newest event of it. */
  at: number;
  readAt: number;
}

/** Listens to commits, and reads the newest event of each as a screen would. */
export class Arrivals {
  readonly list: Arrival[] = [];
  private readonly listener: pg.Client;
  private readonly reader: pg.Client;
  private readonly sizes = new Map<number, number>();

  constructor(url: string) {
    this.listener = new pg.Client({ connectionString: url });
    this.reader = new pg.Client({ connectionString: url });
  }

  async start(): Promise<void> {
    await this.listener.connect();
    await this.reader.connect();
    let last: Promise<unknown> = Promise.resolve();
    this.listener.on('notification', ({ payload = '{}' }) => {
      const { log, size } = JSON.parse(payload) as { log?: number; size: number };
      if (log === undefined) return;
      const arrival = { log, size, at: Date.now(), readAt: Number.NaN };
      this.list.push(arrival);
      this.sizes.set(log, size);
      last = last
        .then(() => this.reader.query('SELECT id FROM event WHERE log_id = $1 AND log_index = $2', [log, size - 1]))
        .then(() => {
          arrival.readAt = Date.now();
        })
        .catch(() => {});
    });
    await this.listener.query('LISTEN custody');
  }

  /** Events stored since the beginning of the database. */
  get stored(): number {
    let sum = 0;
    for (const size of this.sizes.values()) sum += size;
    return sum;
  }

  /** Resolves when `count` events are stored. Throws when nothing more comes for three minutes. */
  async until(count: number): Promise<void> {
    let seen = this.stored;
    let since = performance.now();
    while (this.stored < count) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (this.stored !== seen) {
        seen = this.stored;
        since = performance.now();
      } else if (performance.now() - since > 180_000) {
        throw new Error(
          `${seen} of ${count} events are stored, and no more come: see dead letters and the worker's log`,
        );
      }
    }
  }

  /**
   * For each event whose commit arrived since `from` (milliseconds): its age when its commit arrived and when it was
   * read, and how long after the commit a checkpoint covered it, all in milliseconds.
   */
  async ages(from: number): Promise<{ age: number[]; visible: number[]; checkpoint: number[] }> {
    const { rows: events } = await this.reader.query<{ log_id: number; log_index: string; ms: number }>(
      `SELECT log_id, log_index, extract(epoch FROM time)::float8 * 1000 AS ms FROM event
       WHERE recorded_at >= to_timestamp($1::float8 / 1000) - interval '1 second'`,
      [from],
    );
    const { rows: checkpoints } = await this.reader.query<{ log_id: number; size: string; ms: number }>(
      `SELECT log_id, size, extract(epoch FROM signed_at)::float8 * 1000 AS ms FROM checkpoint ORDER BY size`,
    );
    const ages = { age: [] as number[], visible: [] as number[], checkpoint: [] as number[] };
    const byLog = new Map<number, Arrival[]>();
    for (const arrival of this.list) byLog.set(arrival.log, [...(byLog.get(arrival.log) ?? []), arrival]);
    for (const { log_id, log_index, ms } of events) {
      const arrival = firstBeyond(byLog.get(log_id) ?? [], Number(log_index));
      if (!arrival || arrival.at < from) continue;
      ages.age.push(arrival.at - ms);
      ages.visible.push(arrival.readAt - ms);
    }
    for (const arrival of this.list) {
      if (arrival.at < from) continue;
      const signed = checkpoints.find(({ log_id, size }) => log_id === arrival.log && Number(size) >= arrival.size);
      if (signed) ages.checkpoint.push(Math.max(0, signed.ms - arrival.at));
    }
    return ages;
  }

  async stop(): Promise<void> {
    await this.listener.end();
    await this.reader.end();
  }
}

/** The first commit after which the log is larger than `index`. */
function firstBeyond(list: Arrival[], index: number): Arrival | undefined {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as Arrival).size > index) high = middle;
    else low = middle + 1;
  }
  return list[low];
}
