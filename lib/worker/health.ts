import type { Pool } from 'pg';
import { isReady } from '../store/readiness';
import type { PartitionStats } from './stats';

export interface Health {
  status: 'ok' | 'failing';
  /** Why it fails; empty where it does not. */
  reasons: string[];
  /** What is wrong elsewhere, and heals without us. */
  warnings: string[];
}

/** How long every attempt of a partition may fail before it counts; milliseconds. */
const patienceMs = 30_000;

/**
 * How this worker is. A judge that died is not among the reasons: the process ends with it, and nothing answers any more.
 * `kafkaTrouble`: why Kafka does not answer, null when it does.
 */
export async function checkHealth(
  pool: Pool,
  partitions: { topic: string; partition: number; stats: PartitionStats }[],
  kafkaTrouble: string | null,
  patience = patienceMs,
): Promise<Health> {
  const reasons: string[] = [];
  if (!(await isReady(pool))) {
    reasons.push('The database does not answer within 2 s, or has no tables. Start it, mend DATABASE_URL, or migrate.');
  }
  for (const { topic, partition, stats } of partitions) {
    const failing = stats.failing();
    if (failing === null || failing.forMs < patience) continue;
    reasons.push(
      `${topic}/${partition} has failed for ${Math.round(failing.forMs / 1000)} s (${failing.why}). The worker's log says why.`,
    );
  }
  return {
    status: reasons.length > 0 ? 'failing' : 'ok',
    reasons,
    warnings: kafkaTrouble === null ? [] : [`Kafka does not answer: ${kafkaTrouble}`],
  };
}
