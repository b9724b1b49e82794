import { z } from 'zod';
import { alertStatuses, changeStatus, resolutions, type TriageProblem } from '../core/alert/triage';
import { addAlertActivity, findAlertState, moveAlert } from '../store/alert-changes';
import { announce } from '../store/announce';
import { isUniqueViolation } from '../store/transaction';
import { callerName } from './caller';
import { changedMeanwhile, notFound, ServiceError } from './error';
import { uuid } from './uuid';
import { verb } from './verb';

const fieldOf: Record<TriageProblem, string> = {
  no_such_step: 'to',
  reason_missing: 'reason',
  resolution_missing: 'resolution',
};

/** Moves an alert on in its triage (lib/core/alert/triage.ts has the steps). `from` is the status that the person saw. */
export const setAlertStatus = verb({
  action: 'alert.set_status',
  scope: 'alert:write',
  input: z.object({
    id: uuid,
    from: z.enum(alertStatuses),
    to: z.enum(alertStatuses),
    resolution: z.enum(resolutions).optional(),
    reason: z.string().trim().max(2000).optional(),
  }),
  async change(tx, { id, from, ...wanted }, caller) {
    const before = await findAlertState(tx, id);
    if (!before) throw notFound('alert with this id');
    if (before.status !== from) throw changedMeanwhile('alert', before.status);
    const step = changeStatus({ status: from, resolution: before.resolution }, wanted);
    if (!step.ok) {
      throw new ServiceError('invalid', step.detail, 'Mend it and try again.', {
        fields: { [fieldOf[step.problem]]: step.detail },
      });
    }
    const { status, resolution } = step;
    const moved = await moveAlert(tx, { id, from, to: status, resolution }).catch((error: unknown) => {
      if (isUniqueViolation(error, 'alert_open')) throw openAlready();
      throw error;
    });
    if (!moved) throw changedMeanwhile('alert', 'something else');
    const words = [status, resolution, wanted.reason].filter(Boolean).join(': ');
    await addAlertActivity(tx, { alertId: id, actor: callerName(caller), kind: 'status', body: words });
    await announce(tx, 'alert', id);
    return {
      output: { id, status, resolution },
      target: `alert:${id}`,
      before: { status: from, resolution: before.resolution },
      after: { status, resolution },
      reason: wanted.reason,
    };
  },
});

const openAlready = () =>
  new ServiceError(
    'conflict',
    'Another alert about the same problem is open already.',
    'Work on that one, or close it first.',
  );
