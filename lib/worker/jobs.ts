import { setMaxListeners } from 'node:events';
import type { Pool } from 'pg';
import type { Logger } from '../platform/log';
import { holdLease, noteRun } from '../store/lease';

/** Something that the worker does again and again, beside ingest. */
export interface Job {
  name: string;
  everyMs: number;
  /** True: one worker of all does it, whoever holds the lease. */
  alone: boolean;
  run(): Promise<void>;
}

/**
 * Runs each job, then waits `everyMs`, and so on: a job never overlaps itself. One that fails is logged and tried again.
 * `holder`: this process, in leases. Answers how to stop: resolves when no job runs any more.
 */
export function startJobs(pool: Pool, jobs: Job[], holder: string, log: Logger): () => Promise<void> {
  const over = new AbortController();
  // One for each job; Node warns of more than ten.
  setMaxListeners(jobs.length, over.signal);
  const running = jobs.map((job) => repeat(pool, job, holder, log, over.signal));
  return async () => {
    over.abort();
    await Promise.all(running);
  };
}

async function repeat(pool: Pool, job: Job, holder: string, log: Logger, over: AbortSignal): Promise<void> {
  let failing = false;
  while (!over.aborted) {
    try {
      if (!job.alone || (await holdLease(pool, job.name, holder, leaseMs(job)))) {
        await job.run();
        if (job.alone) await noteRun(pool, job.name, holder, null);
      }
      if (failing) log.info({ job: job.name }, 'job runs again');
      failing = false;
    } catch (error) {
      if (!failing) log.error({ job: job.name, err: error }, 'job failed; tried again until it runs');
      failing = true;
      if (job.alone) await noteRun(pool, job.name, holder, String(error)).catch(() => {});
    }
    await sleep(job.everyMs, over);
  }
}

/** Long enough that a slow run does not lose the lease, short enough that another worker takes over soon. */
const leaseMs = (job: Job): number => Math.max(5_000, job.everyMs * 2);

function sleep(ms: number, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (over.aborted) return resolve();
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      over.removeEventListener('abort', done);
      resolve();
    }
    over.addEventListener('abort', done);
  });
}
