import type { ChainWriter, Draft } from './chain-writer';
import type { Spool } from './spool';

export interface Outbox {
  add(draft: Draft): void;
  /** Seals and spools what waits; true where something new lies in the spool. */
  flush(at: number): boolean;
  /** Flushes, and says what was lost even where there is no more room. */
  close(at: number): boolean;
  /** Events lost because the spool had no room. */
  lost(): number;
}

const largestBatch = 256;

/**
 * Between capturing and the disk: events wait here for some tens of milliseconds, so that one signature serves many. When
 * the spool is full the newest are lost before they get a place in the chain; how many is told by the next event that fits.
 */
export function createOutbox(
  chain: ChainWriter,
  spool: Spool,
  tellDropped: (count: number, reason: string, at: number) => Draft,
  warn: (line: string) => void,
): Outbox {
  let waiting: Draft[] = [];
  let untold = 0;
  let unfit = 0;
  let lost = 0;

  const write = (drafts: Draft[]): boolean => {
    if (spool.append(chain.seal(drafts))) return true;
    chain.undo();
    return false;
  };
  /** How many of the drafts were kept, from the first on. */
  const put = (drafts: Draft[], at: number): number => {
    const news = [...drafts];
    if (untold > 0) news.unshift(tellDropped(untold, 'spool_full', at));
    if (unfit > 0) news.unshift(tellDropped(unfit, 'not_representable', at));
    if (write(news)) {
      untold = 0;
      unfit = 0;
      return drafts.length;
    }
    if (drafts.length === 1) return 0;
    const half = drafts.length >> 1;
    const kept = put(drafts.slice(0, half), at);
    return kept < half ? kept : kept + put(drafts.slice(half), at);
  };
  const putOrLose = (drafts: Draft[], at: number): boolean => {
    const kept = put(drafts, at);
    untold += drafts.length - kept;
    lost += drafts.length - kept;
    if (kept < drafts.length) {
      warn(
        `the spool is full: ${lost} events lost so far. Bring the destination back, or give more room with --spool.`,
      );
    }
    return kept > 0;
  };
  /** One event that can't be written down must not take the others with it. */
  const putOneByOne = (drafts: Draft[], at: number): boolean =>
    drafts
      .map((draft) => {
        try {
          return putOrLose([draft], at);
        } catch (error) {
          chain.undo();
          unfit += 1;
          warn(`an event could not be written down: ${(error as Error).message}`);
          return false;
        }
      })
      .some(Boolean);

  const outbox: Outbox = {
    add: (draft) => void waiting.push(draft),
    close(at) {
      const wrote = outbox.flush(at);
      if (untold === 0) return wrote;
      if (spool.append(chain.seal([tellDropped(untold, 'spool_full', at)]), true)) untold = 0;
      else chain.undo();
      return true;
    },
    flush(at) {
      let wrote = false;
      while (waiting.length > 0) {
        const drafts = waiting.slice(0, largestBatch);
        waiting = waiting.slice(largestBatch);
        try {
          wrote = putOrLose(drafts, at) || wrote;
        } catch {
          chain.undo();
          wrote = putOneByOne(drafts, at) || wrote;
        }
      }
      return wrote;
    },
    lost: () => lost,
  };
  return outbox;
}
