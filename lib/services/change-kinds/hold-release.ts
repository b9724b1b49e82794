import { z } from 'zod';
import { announce } from '../../store/announce';
import { findHold, lockHolds, releaseHold } from '../../store/legal-holds';
import { changeKind, recordExecution } from '../change-kind';
import { notFound } from '../error';
import { uuid } from '../uuid';

/** A legal hold that one person placed is released by two. */
export const holdRelease = changeKind({
  payload: z.strictObject({ hold: uuid }),
  scope: 'privacy:decide',
  async check(tx, { hold }) {
    if (!(await findHold(tx, hold))) throw notFound('legal hold with this id that is in force');
    return `legal_hold:${hold}`;
  },
  async execute(tx, { hold }, agreed) {
    await lockHolds(tx);
    await releaseHold(tx, hold, agreed.by.join(', '));
    await announce(tx, 'legal_hold', hold);
    await recordExecution(tx, agreed, { action: 'legal_hold.release', target: `legal_hold:${hold}` });
    return { hold };
  },
});
