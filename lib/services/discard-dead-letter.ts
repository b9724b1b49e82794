import { z } from 'zod';
import { announce } from '../store/announce';
import { decideOnDeadLetter, findDeadLetterStatus } from '../store/dead-letter-changes';
import { callerName } from './caller';
import { changedMeanwhile, notFound } from './error';
import { uuid } from './uuid';
import { reasonText, verb } from './verb';

/** Marks a dead letter as one that nobody will replay. Its bytes stay. */
export const discardDeadLetter = verb({
  action: 'dead_letter.discard',
  scope: 'deadletter:write',
  input: z.object({ id: uuid, reason: reasonText }),
  async change(tx, { id, reason }, caller) {
    if (!(await decideOnDeadLetter(tx, { id, to: 'discarded', by: callerName(caller) }))) {
      const now = await findDeadLetterStatus(tx, id);
      throw now ? changedMeanwhile('dead letter', now) : notFound('dead letter with this id');
    }
    await announce(tx, 'dead_letter', id);
    return {
      output: { id, status: 'discarded' as const },
      target: `dead_letter:${id}`,
      before: { status: 'waiting' },
      after: { status: 'discarded' },
      reason,
    };
  },
});
