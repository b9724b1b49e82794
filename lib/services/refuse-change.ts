import { z } from 'zod';
import { authorise } from './caller';
import { changeKinds } from './change-kinds';
import { endRequest, lockOpenRequest } from './open-request';
import { uuid } from './uuid';
import { reasonText, verb } from './verb';

/** Ends a request that somebody else made, with a reason. */
export const refuseChange = verb({
  action: 'change_request.refuse',
  scope: 'privacy:read',
  input: z.object({ id: uuid, reason: reasonText }),
  async change(tx, { id, reason }, caller) {
    const request = await lockOpenRequest(tx, id);
    authorise(caller, changeKinds[request.kind].scope);
    return endRequest(tx, request, 'refused', caller, reason);
  },
});
