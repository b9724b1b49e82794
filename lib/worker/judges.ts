import { availableParallelism } from 'node:os';
import { Buffers } from './buffers';
import { type Judge, startJudge } from './judge-client';

/** More threads would wait for Postgres. */
const mostThreads = 4;

/**
 * As many judge's threads as there are cores, behind one face; the parameters are those of startJudge. Each log is one
 * thread's. What they share of servers and definitions, each learns from the database as it does from other processes.
 */
export function startJudges(
  pool: Parameters<typeof startJudge>[0],
  script: URL,
  data: Parameters<typeof startJudge>[2],
  died: (error: Error) => void,
  count = Math.min(mostThreads, availableParallelism()),
): Judge {
  const buffers = new Buffers();
  const judges = Array.from({ length: count }, () => startJudge(pool, script, data, died, buffers));
  const at = (number: number): Judge => judges[number % count] as Judge;
  return {
    open: (logId, state) => at(logId).open(logId, state) * count + (logId % count),
    shut: (handle) => at(handle).shut(Math.floor(handle / count)),
    judge: (handle, records, how) => at(handle).judge(Math.floor(handle / count), records, how),
    done: ({ batch }) => buffers.give(batch.events.buffer),
    changed: (what) => {
      for (const judge of judges) judge.changed(what);
    },
    close: async () => {
      await Promise.all(judges.map((judge) => judge.close()));
    },
  };
}
