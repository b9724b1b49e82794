import { z } from 'zod';
import type { Refusal } from '../core/event/result';
import { announce } from '../store/announce';
import { appendAudit } from '../store/audit-log';
import { decideOnDeadLetter, findDeadLetterStatus } from '../store/dead-letter-changes';
import { transaction } from '../store/transaction';
import { callerName, callerRole } from './caller';
import { changedMeanwhile, notFound, ServiceError } from './error';
import { replayBytes } from './ingest';
import { uuid } from './uuid';
import { verb } from './verb';

class RefusedAgain extends ServiceError {
  readonly reason: string;

  constructor({ reason, detail }: Refusal) {
    super(
      'conflict',
      `It was refused again: ${detail}`,
      'Mend the cause (a key, a clock, a format) and replay it then, or discard it.',
    );
    this.reason = reason;
  }
}

/**
 * Puts a dead letter through the judge again, after what refused it was mended. It counts as replayed only where all of it
 * is stored now; else nothing changes and the error says why. Storing is idempotent, so that a failure between storing
 * and this entry is mended by replaying again.
 */
const replay = verb({
  action: 'dead_letter.replay',
  scope: 'deadletter:write',
  input: z.object({ id: uuid }),
  async change(tx, { id }, caller) {
    if (!(await decideOnDeadLetter(tx, { id, to: 'replayed', by: callerName(caller) }))) {
      const now = await findDeadLetterStatus(tx, id);
      throw now ? changedMeanwhile('dead letter', now) : notFound('dead letter with this id');
    }
    const outcomes = await replayBytes(id);
    const refusal = outcomes.find((outcome) => outcome.refusal !== null)?.refusal;
    if (refusal) {
      throw new RefusedAgain(refusal);
    }
    await announce(tx, 'dead_letter', id);
    const events = outcomes.map((outcome) => outcome.id);
    return {
      output: { id, status: 'replayed' as const, events },
      target: `dead_letter:${id}`,
      before: { status: 'waiting' },
      after: { status: 'replayed', events },
    };
  },
});

/** Nothing was changed, yet an attempt was made: it leaves its own audit entry. Why it was refused in detail is of the content. */
async function withFailuresRecorded(...[caller, input]: Parameters<typeof replay>): ReturnType<typeof replay> {
  try {
    return await replay(caller, input);
  } catch (error) {
    if (error instanceof RefusedAgain) {
      const entry = {
        actor: callerName(caller),
        role: callerRole(caller),
        action: replay.action,
        target: `dead_letter:${input.id}`,
        detail: { before: { status: 'waiting' }, after: { status: 'waiting', refused: error.reason } },
      };
      await transaction(async (tx) => announce(tx, 'audit', (await appendAudit(tx, entry)).id));
    }
    throw error;
  }
}

let last: Promise<unknown> = Promise.resolve();

// One at a time: each holds a connection while the ingest takes another.
const inTurn = (...args: Parameters<typeof replay>): ReturnType<typeof replay> => {
  const mine = last.then(() => withFailuresRecorded(...args));
  last = mine.catch(() => {});
  return mine;
};
export const replayDeadLetter: typeof replay = Object.assign(inTurn, {
  action: replay.action,
  scope: replay.scope,
  keyScope: replay.keyScope,
});
