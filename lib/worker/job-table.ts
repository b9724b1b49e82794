import type { Pool } from 'pg';
import type { WitnessPolicy } from '../core/provenance/policy';
import type { TopicOffsets } from '../kafka/offsets';
import type { LogKey, ObserverKey } from '../platform/keys';
import type { JudgeThreadData } from '../services/judge/protocol';
import { keyWatch } from '../services/key-watch';
import { retireReplacedKeys } from '../services/retire-source-keys';
import { readChangedFacts } from '../store/changed-facts';
import { forgetGone } from '../store/lineage-forget';
import { comingDays, ensurePartitions } from '../store/partitions';
import { clearErased } from '../store/people';
import { reportOffsets, reportStatus } from '../store/status';
import { chainSidesJob } from './chain-sides';
import { checkpointJob } from './checkpoint';
import { clockJob } from './clock';
import { drillJob } from './drill';
import { expiredRequestsJob } from './expired-requests';
import type { Job } from './jobs';
import type { Judge } from './judge-client';
import { lineageJob } from './lineage';
import { oneSidedJob } from './one-sided';
import { ownEventsJob } from './own-events';
import { retentionJob } from './retention';
import { silenceJob } from './silence';
import { type TsaSettings, timestampJob } from './timestamp';
import type { TopicIngest } from './topic-ingest';
import { witnessJob } from './witness';

export interface JobParts {
  pool: Pool;
  judge: Judge;
  ingest: TopicIngest | null;
  /** Of the topic that is ingested. */
  offsets: TopicOffsets | null;
  /** This process's name. */
  worker: string;
  /** Signs checkpoints. */
  logKey: LogKey;
  /** Signs this installation's own events. */
  observerKey: ObserverKey;
  /** How own events are judged. */
  judged: JudgeThreadData;
  anchors: Anchors;
  /** How often a copy is tampered with; 0: never. */
  drillHours: number;
}

/** Who is asked to cosign and to stamp our checkpoints. */
export interface Anchors {
  policy: WitnessPolicy | null;
  witnessSeconds: number;
  tsa: TsaSettings | null;
}

const second = 1_000;
const hour = 3_600 * second;

/** All that the worker does beside ingest. */
export function jobTable({
  pool,
  judge,
  ingest,
  offsets,
  worker,
  logKey,
  observerKey,
  judged,
  anchors,
  drillHours,
}: JobParts): Job[] {
  let looked: string | null = null;
  return [
    checkpointJob(pool, logKey),
    witnessJob(pool, anchors.policy, logKey, anchors.witnessSeconds * second),
    ...(anchors.tsa ? [timestampJob(pool, anchors.tsa)] : []),
    ownEventsJob(pool, observerKey, judged),
    { name: 'key-watch', everyMs: 10 * second, alone: true, run: keyWatch(pool) },
    {
      name: 'replaced-keys',
      everyMs: 60 * second,
      alone: true,
      run: async () => void (await retireReplacedKeys(pool, Date.now())),
    },
    retentionJob(pool),
    expiredRequestsJob(pool),
    { name: 'clear-erased', everyMs: 10 * second, alone: true, run: () => clearErased(pool) },
    chainSidesJob(pool),
    silenceJob(pool),
    clockJob(pool),
    oneSidedJob(pool),
    drillJob(pool, logKey, drillHours),
    lineageJob(pool),
    { name: 'lineage-forget', everyMs: hour, alone: true, run: () => forgetGone(pool) },
    {
      name: 'partitions',
      everyMs: hour,
      alone: true,
      run: () => ensurePartitions(pool, comingDays(Date.now()), new Set()),
    },
    {
      name: 'worker-status',
      everyMs: second,
      alone: false,
      run: () => {
        const rows = (ingest?.stats() ?? []).map(({ topic, partition, stats }) => ({
          topic,
          partition,
          nextOffset: stats.next,
          highOffset: stats.behind + stats.next,
          ...stats.takeWindow(),
        }));
        return reportStatus(pool, worker, rows, new Date());
      },
    },
    ...(offsets ? [kafkaOffsets(pool, offsets, ingest)] : []),
    {
      name: 'changed-facts',
      everyMs: second,
      alone: false,
      run: async () => {
        const { at, ...changed } = await readChangedFacts(pool, looked);
        looked = at;
        judge.changed(changed);
      },
    },
  ];
}

/** Keeps the lag true where fetches do not: while reading is stuck, and for partitions that nobody reads. */
const kafkaOffsets = (pool: Pool, offsets: TopicOffsets, ingest: TopicIngest | null): Job => ({
  name: 'kafka-offsets',
  everyMs: 3 * second,
  alone: false,
  run: async () => {
    const read = await offsets.read();
    ingest?.saw(read);
    await reportOffsets(pool, offsets.topic, read, new Date());
  },
});
