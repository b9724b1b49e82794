import { z } from 'zod';
import { callerName } from './caller';
import { ServiceError } from './error';
import { endRequest, lockOpenRequest } from './open-request';
import { uuid } from './uuid';
import { reasonText, verb } from './verb';

/** Takes back what one asked for. */
export const withdrawChange = verb({
  action: 'change_request.withdraw',
  scope: 'privacy:read',
  input: z.object({ id: uuid, reason: reasonText.optional() }),
  async change(tx, { id, reason }, caller) {
    const request = await lockOpenRequest(tx, id);
    if (request.requestedBy !== callerName(caller)) {
      throw new ServiceError('forbidden', 'Only who asked for it can take it back.', 'Refuse it instead.');
    }
    return endRequest(tx, request, 'withdrawn', caller, reason);
  },
});
