import { z } from 'zod';
import { may } from '../core/access';
import { peopleNeeded } from '../core/change-request';
import { announce } from '../store/announce';
import { accountTouchedSince, closeChangeRequest, insertAgreement } from '../store/change-requests';
import { authorise, callerName } from './caller';
import { changeKinds } from './change-kinds';
import { ServiceError } from './error';
import { isPerson, lockOpenRequest } from './open-request';
import { uuid } from './uuid';
import { type Done, parseInput, verb } from './verb';

/** Agrees; the second of two different people carries the change out by it, in the same transaction. */
export const agreeToChange = verb({
  action: 'change_request.agree',
  scope: 'privacy:read',
  input: z.object({ id: uuid }),
  async change(tx, { id }, caller): Promise<Done<{ id: string; executed: boolean; result?: Record<string, unknown> }>> {
    const request = await lockOpenRequest(tx, id);
    const { scope, check, execute, payload: schema } = changeKinds[request.kind];
    authorise(caller, scope);
    if (!isPerson(caller)) {
      throw new ServiceError(
        'forbidden',
        'Only a person who is signed in can agree.',
        'Sign in to the console and do it there.',
      );
    }
    if (request.agreements.some(({ person }) => person === caller.id)) {
      throw new ServiceError('conflict', 'You agreed to this already.', 'Another person must agree too.');
    }
    if (await accountTouchedSince(tx, caller.email, request.requestedAt)) {
      throw new ServiceError(
        'forbidden',
        'Your account was made or changed by someone else after this was asked for, so it cannot be the second person.',
        'Ask someone whose account is older than the request, or ask for it anew.',
      );
    }
    const name = callerName(caller);
    await insertAgreement(tx, id, { id: caller.id, name });
    // Whoever lost the role or the account since does not count any more.
    const others = request.agreements.filter(({ role }) => role !== null && may(role, scope));
    const by = [...others.map((agreement) => agreement.name), name];
    await announce(tx, 'change_request', id);
    const said = { target: `change_request:${id}`, after: { kind: request.kind, agreed: by.length } };
    if (by.length < peopleNeeded) return { output: { id, executed: false }, ...said };
    const payload = parseInput(schema, request.payload);
    await check(tx, payload);
    const result = await execute(tx, payload, { requestId: id, by, reason: request.reason });
    await closeChangeRequest(tx, id, { status: 'executed', by: name, result });
    return { output: { id, executed: true, result }, ...said, after: { ...said.after, executed: true } };
  },
});
