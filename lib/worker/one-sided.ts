import type { Pool } from 'pg';
import { matchCalls, type Unconfirmed, unconfirmed } from '../core/provenance/one-sided';
import { recordOwnEvent } from '../services/own-events';
import { comparedUntil, noteCompared, notePairs, readSideCalls, reportingAround } from '../store/side-calls';
import { type Tx, transaction } from '../store/transaction';
import type { Job } from './jobs';

/** How long the other side has to report a call, and to show by a later event that it goes on reporting. */
const deadlineMs = 60_000;
/** How much is compared in one go, by when it was recorded. */
const sliceMs = 60_000;
/** What is older is left: after a standstill nobody can say any more who was reporting. */
const oldestMs = 10 * 60_000;
const mostCalls = 20_000;

/** Compares what both sides of a connection report, and says which calls one side never did. */
export const oneSidedJob = (pool: Pool): Job => ({
  name: 'one-sided',
  everyMs: 10_000,
  alone: true,
  run: () => compareSides(pool, Date.now(), deadlineMs),
});

/** Compares all calls that were recorded longer than the deadline before `now` and not compared yet. Milliseconds. */
export async function compareSides(pool: Pool, now: number, deadline: number): Promise<void> {
  for (;;) {
    const more = await transaction((tx) => compareSlice(tx, now, deadline), pool);
    if (!more) return;
  }
}

async function compareSlice(tx: Tx, now: number, deadline: number): Promise<boolean> {
  const until = now - deadline;
  const from = Math.max((await comparedUntil(tx))?.getTime() ?? 0, until - oldestMs);
  if (from >= until) return false;
  const to = Math.min(until, from + sliceMs);
  // Beyond the slice on both ends: the other report of a call may have come earlier or later by as much as the deadline.
  const { calls, all } = await readSideCalls(tx, new Date(from - deadline), new Date(to + deadline), mostCalls);
  await noteCompared(tx, new Date(to));
  if (all && calls.length > 0) {
    const { left, pairs } = matchCalls(calls);
    const inSlice = new Set(
      calls.filter(({ recordedAt }) => recordedAt >= from && recordedAt < to).map(({ id }) => id),
    );
    const known = await notePairs(tx, pairs, [...new Set(calls.map(({ source }) => source))]);
    const due = left.filter(({ id }) => inSlice.has(id));
    for (const one of unconfirmed(due, known)) await report(tx, one);
  }
  return to < until;
}

/** Not where one of those that should have reported it may have been away. */
async function report(tx: Tx, { call, way, others }: Unconfirmed): Promise<void> {
  let shown: { source: string; before: string; after: string } | null = null;
  for (const source of others) {
    const around = await reportingAround(tx, source, call.time);
    if (around === null) return;
    shown ??= { source, ...around };
  }
  if (shown === null) return;
  await recordOwnEvent(tx, {
    type: 'chain.one_sided',
    subject: call.source,
    data: {
      ...(call.server !== '' && { server: { id: call.server } }),
      ...(call.tool !== '' && { tool: { name: call.tool } }),
      chain: {
        state: 'unconfirmed',
        source: call.source,
        call: call.id,
        reported_by: call.side,
        other_source: shown.source,
        other_before: shown.before,
        other_after: shown.after,
        matched_by: way,
      },
    },
  });
}
