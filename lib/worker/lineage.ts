import { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import { sightingsLooked } from '../core/context/edges';
import { indexNext, type KeepPrint, readPositions } from '../store/lineage-index';
import type { Job } from './jobs';

/** What the job does in one second at most, in milliseconds: ingest has the machine first, lineage may lag. */
const budgetMs = 250;
const batch = 1_000;

/**
 * Follows content from where a server gave it to where it was sent: looks through each log from where it was, and keeps the
 * edges. Reads what is stored, behind ingest and never in its way; all that it needs to go on stands in the database.
 */
export function lineageJob(pool: Pool, clock: () => number = () => performance.now()): Job {
  let keep = notTooMany();
  return {
    name: 'lineage',
    everyMs: 1_000,
    alone: true,
    async run() {
      try {
        await followContext(pool, keep, clock);
      } catch (error) {
        // It counted rows that were not written.
        keep = notTooMany();
        throw error;
      }
    },
  };
}

/** One run: until all logs are looked through, or the budget is used up; every log gets its turn. */
export async function followContext(pool: Pool, keep: KeepPrint, clock: () => number): Promise<void> {
  const until = clock() + budgetMs;
  let open = (await readPositions(pool)).filter(({ next, size }) => next < size);
  while (open.length > 0) {
    for (const position of open) {
      position.next = (await indexNext(pool, position, batch, keep)).end;
      if (clock() > until) return;
    }
    open = open.filter(({ next, size }) => next < size);
  }
}

/**
 * Of each print and hour twice as many rows as are ever looked at, and no more: content that is given again and again would
 * fill the table, and the rows that are there say as much. Knows the 50,000 prints seen last.
 */
export function notTooMany(): KeepPrint {
  const seen = new LRUCache<bigint, { hour: string; count: number }>({ max: 50_000 });
  return (print, at) => {
    const hour = at.slice(0, 13);
    const known = seen.get(print);
    if (known?.hour !== hour) {
      seen.set(print, { hour, count: 1 });
      return true;
    }
    known.count++;
    return known.count <= sightingsLooked * 2;
  };
}
