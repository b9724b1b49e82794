import { z } from 'zod';
import { addAlertActivity, findAlertState } from '../store/alert-changes';
import { announce } from '../store/announce';
import { callerName } from './caller';
import { notFound } from './error';
import { uuid } from './uuid';
import { verb } from './verb';

/** Adds a comment to an alert's history. */
export const commentAlert = verb({
  action: 'alert.comment',
  scope: 'alert:write',
  input: z.object({ id: uuid, body: z.string().trim().min(1, 'Write something').max(10_000) }),
  async change(tx, { id, body }, caller) {
    if (!(await findAlertState(tx, id))) throw notFound('alert with this id');
    const activityId = await addAlertActivity(tx, { alertId: id, actor: callerName(caller), kind: 'comment', body });
    await announce(tx, 'alert', id);
    return { output: { id, activityId }, target: `alert:${id}`, after: { comment: body } };
  },
});
