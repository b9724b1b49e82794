import type { Pool } from 'pg';

/** What a worker says of one Kafka partition. */
export interface PartitionStatus {
  topic: string;
  partition: number;
  /** The next offset to be stored. */
  nextOffset: bigint;
  /** The offset that the next record of the partition will get. */
  highOffset: bigint;
  eventsPerSecond: number;
  /** From the producer's clock to the commit, mean of the last second. */
  ageMs: number;
}

/**
 * Notes how far the log of each partition is and where Kafka is, for those too that no worker reads now: their row says
 * nothing new otherwise, and `reported_at` stays old.
 */
export async function reportOffsets(
  pool: Pool,
  topic: string,
  offsets: { partition: number; low: bigint; high: bigint }[],
  at: Date,
): Promise<void> {
  await pool.query(
    `INSERT INTO worker_status (worker, topic, partition, next_offset, high_offset, events_per_s, age_ms, reported_at)
     SELECT '', $1, kafka.partition, greatest(log.next_offset, kafka.low), kafka.high, 0, 0, $5
     FROM unnest($2::int[], $3::int8[], $4::int8[]) AS kafka (partition, low, high)
     LEFT JOIN log ON log.topic = $1 AND log.partition = kafka.partition
     ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset, high_offset = excluded.high_offset`,
    [
      topic,
      offsets.map(({ partition }) => partition),
      offsets.map(({ low }) => low),
      offsets.map(({ high }) => high),
      at,
    ],
  );
}

/** Writes the rows of the partitions that `worker` reads now; whoever reads a partition last owns its row. */
export async function reportStatus(pool: Pool, worker: string, rows: PartitionStatus[], at: Date): Promise<void> {
  if (rows.length === 0) return;
  await pool.query(
    `INSERT INTO worker_status (worker, topic, partition, next_offset, high_offset, events_per_s, age_ms, reported_at)
     SELECT $1, t.*, $8 FROM unnest($2::text[], $3::int[], $4::int8[], $5::int8[], $6::float8[], $7::float8[]) AS t
     ON CONFLICT (topic, partition) DO UPDATE SET worker = excluded.worker, next_offset = excluded.next_offset,
       high_offset = excluded.high_offset, events_per_s = excluded.events_per_s, age_ms = excluded.age_ms,
       reported_at = excluded.reported_at`,
    [
      worker,
      rows.map((row) => row.topic),
      rows.map((row) => row.partition),
      rows.map((row) => row.nextOffset),
      rows.map((row) => row.highOffset),
      rows.map((row) => row.eventsPerSecond),
      rows.map((row) => row.ageMs),
      at,
    ],
  );
}
