import { z } from 'zod';
import { announce } from '../../store/announce';
import { lockRetention, writeRetention } from '../../store/retention';
import { changeKind, recordExecution } from '../change-kind';
import { ServiceError } from '../error';
import { keptDays } from '../set-retention';

/** Keeping events for a shorter time than now. */
export const shorterRetention = changeKind({
  payload: z.strictObject({ days: keptDays }),
  scope: 'privacy:decide',
  async check(tx, { days }) {
    const now = await lockRetention(tx);
    if (now === null || days < now) return 'retention';
    throw new ServiceError(
      'conflict',
      `Events are kept for ${now} days already, which is not more than ${days}.`,
      'One person alone can keep them longer, under Retention.',
    );
  },
  async execute(tx, { days }, agreed) {
    const before = await lockRetention(tx);
    await writeRetention(tx, days, agreed.by.join(', '));
    await announce(tx, 'retention', String(days));
    await recordExecution(tx, agreed, {
      action: 'retention.shorten',
      target: 'retention',
      before: { days: before },
      after: { days },
    });
    return { before, days };
  },
});
