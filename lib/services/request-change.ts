import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { may } from '../core/access';
import { requestDays, requestKinds } from '../core/change-request';
import { announce } from '../store/announce';
import { insertAgreement, insertChangeRequest } from '../store/change-requests';
import { withoutNameOf } from '../store/pseudonymise';
import { callerName } from './caller';
import { changeKinds } from './change-kinds';
import { ServiceError } from './error';
import { isPerson } from './open-request';
import { parseInput, reasonText, verb } from './verb';

/** Asks for a change that two people must agree to. Whoever may agree to it agrees by asking. */
export const requestChange = verb({
  action: 'change_request.create',
  scope: 'privacy:read',
  input: z.object({ kind: z.enum(requestKinds), payload: z.record(z.string(), z.unknown()), reason: reasonText }),
  async change(tx, { kind, payload: raw, reason: said }, caller) {
    const { payload: schema, check, scope } = changeKinds[kind];
    const payload = parseInput(schema, raw) as Record<string, unknown>;
    const about = await check(tx, payload);
    const reason = typeof payload.subject === 'string' ? await withoutNameOf(tx, payload.subject, said) : said;
    const id = randomUUID();
    const requestedBy = callerName(caller);
    if (!(await insertChangeRequest(tx, { id, kind, payload, reason, requestedBy, days: requestDays }))) {
      throw new ServiceError('conflict', 'The same is asked for already.', 'Look at it under Requests.');
    }
    const agrees = isPerson(caller) && may(caller.role, scope);
    if (agrees) await insertAgreement(tx, id, { id: caller.id, name: requestedBy });
    await announce(tx, 'change_request', id);
    return { output: { id, agreed: agrees }, target: `change_request:${id}`, after: { kind, about, agrees }, reason };
  },
});
