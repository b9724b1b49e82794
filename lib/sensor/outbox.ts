import type { ChainWriter, Draft } from './chain-writer';
import type { Spool } from './spool';

export interface Outbox {
  add(draft: Draft): void;
  /** Seals and spools what waits; true where something new lies in the spool. */
  flush(at: number): boolean;
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
  const put = (drafts: Draft[], at: number): boolean => {
    const news = [...drafts];
    if (untold > 0) news.unshift(tellDropped(untold, 'spool_full', at));
    if (unfit > 0) news.unshift(tellDropped(unfit, 'not_representable', at));
    if (write(news)) {
      untold = 0;
      unfit = 0;
      return true;
    }
    untold += drafts.length;
    lost += drafts.length;
    warn(`the spool is full: ${lost} events lost so far. Bring the destination back, or give more room with --spool.`);
    return false;
  };
  /** One event that can't be written down must not take the others with it. */
  const putOneByOne = (drafts: Draft[], at: number): boolean =>
    drafts
      .map((draft) => {
        try {
          return put([draft], at);
        } catch (error) {
          chain.undo();
          unfit += 1;
          warn(`an event could not be written down: ${(error as Error).message}`);
          return false;
        }
      })
      .some(Boolean);

  return {
    add: (draft) => void waiting.push(draft),
    flush(at) {
      let wrote = false;
      while (waiting.length > 0) {
        const drafts = waiting.slice(0, largestBatch);
        waiting = waiting.slice(largestBatch);
        try {
          wrote = put(drafts, at) || wrote;
        } catch {
          chain.undo();
          wrote = putOneByOne(drafts, at) || wrote;
        }
      }
      return wrote;
    },
    lost: () => lost,
  };
}
