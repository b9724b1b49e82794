import { z } from 'zod';
import { announce } from '../store/announce';
import { lockRetention, writeRetention } from '../store/retention';
import { callerName } from './caller';
import { ServiceError } from './error';
import { reasonText, verb } from './verb';

export const keptDays = z.number().int().min(1, 'At least one day').max(36_500, 'At most 36,500 days');

/** Keeps events longer than now: one person may. `days` null: for ever. */
export const lengthenRetention = verb({
  action: 'retention.lengthen',
  scope: 'privacy:decide',
  input: z.object({ days: keptDays.nullable(), reason: reasonText }),
  async change(tx, { days, reason }, caller) {
    const before = await lockRetention(tx);
    if (before === null || (days !== null && days <= before)) {
      throw new ServiceError(
        'conflict',
        before === null ? 'Events are kept for ever already.' : `Events are kept for ${before} days already.`,
        'A shorter time needs two people: ask for it.',
      );
    }
    await writeRetention(tx, days, callerName(caller));
    await announce(tx, 'retention', String(days ?? 'ever'));
    return { output: { days }, target: 'retention', before: { days: before }, after: { days }, reason };
  },
});
