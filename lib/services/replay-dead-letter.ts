import { z } from 'zod';
import { announce } from '../store/announce';
import { decideOnDeadLetter, findDeadLetterStatus } from '../store/dead-letter-changes';
import { callerName } from './caller';
import { changedMeanwhile, notFound, ServiceError } from './error';
import { replayBytes } from './ingest';
import { uuid } from './uuid';
import { verb } from './verb';

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
      throw new ServiceError(
        'conflict',
        `It was refused again: ${refusal.detail}`,
        'Mend the cause (a key, a clock, a format) and replay it then, or discard it.',
      );
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

let last: Promise<unknown> = Promise.resolve();

// One at a time: each holds a connection while the ingest takes another.
const inTurn = (...args: Parameters<typeof replay>): ReturnType<typeof replay> => {
  const mine = last.then(() => replay(...args));
  last = mine.catch(() => {});
  return mine;
};
export const replayDeadLetter: typeof replay = Object.assign(inTurn, {
  action: replay.action,
  scope: replay.scope,
  keyScope: replay.keyScope,
});
