import type { Pool } from 'pg';
import { addOtherSide, findOtherSide, oneSidedFindings } from '../store/chain-sides';
import { transaction } from '../store/transaction';
import type { Job } from './jobs';

/** Findings that are completed in one run: each takes a look into the log. */
const atOnce = 50;
/** Findings that are remembered as looked at, so that one without another side is not looked at again and again. */
const mostSeen = 5_000;

/** Shows in alerts about chains what the event that was found stands against: both sides of a fork, both ends of a gap. */
export function chainSidesJob(pool: Pool): Job {
  const seen = new Set<string>();
  return {
    name: 'chain-sides',
    everyMs: 3_000,
    alone: true,
    run: async () => {
      for (const id of await showOtherSides(pool, [...seen])) seen.add(id);
      for (const id of seen) {
        if (seen.size <= mostSeen) break;
        seen.delete(id);
      }
    },
  };
}

/** Answers the events whose other side was looked for. */
export const showOtherSides = (pool: Pool, seen: string[] = []): Promise<string[]> =>
  transaction(async (tx) => {
    const findings = await oneSidedFindings(tx, seen, atOnce);
    for (const found of findings) await addOtherSide(tx, found, await findOtherSide(tx, found));
    return findings.map(({ eventId }) => eventId);
  }, pool);
