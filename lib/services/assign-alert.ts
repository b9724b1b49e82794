import { z } from 'zod';
import { may } from '../core/access';
import { addAlertActivity, assignAlert as assignRow, findAlertState } from '../store/alert-changes';
import { announce } from '../store/announce';
import type { Tx } from '../store/transaction';
import { findRole } from '../store/users';
import { callerName } from './caller';
import { changedMeanwhile, notFound, ServiceError } from './error';
import { uuid } from './uuid';
import { verb } from './verb';

const person = z.email().toLowerCase().nullable();

/** Gives an alert to a person (an e-mail address) or to nobody (null). `from` is the assignee that was seen. */
export const assignAlert = verb({
  action: 'alert.assign',
  scope: 'alert:write',
  input: z.object({ id: uuid, from: person, to: person }),
  async change(tx, { id, from, to }, caller) {
    if (to !== null) await checkAssignee(tx, to);
    if (!(await assignRow(tx, { id, from, to }))) {
      const now = await findAlertState(tx, id);
      throw now ? changedMeanwhile('assignee', now.assignee ?? 'nobody') : notFound('alert with this id');
    }
    await addAlertActivity(tx, { alertId: id, actor: callerName(caller), kind: 'assignee', body: to ?? '' });
    await announce(tx, 'alert', id);
    return { output: { id, assignee: to }, target: `alert:${id}`, before: { assignee: from }, after: { assignee: to } };
  },
});

async function checkAssignee(tx: Tx, email: string): Promise<void> {
  const role = await findRole(tx, email);
  if (role && may(role, 'alert:write')) return;
  throw new ServiceError('invalid', `${email} cannot work on alerts.`, 'Choose an analyst, a responder or an admin.', {
    fields: { to: 'Not someone who can work on alerts' },
  });
}
