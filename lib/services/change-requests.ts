import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { may } from '../core/access';
import { peopleNeeded, requestDays, requestKinds } from '../core/change-request';
import { announce } from '../store/announce';
import {
  accountTouchedSince,
  type ChangeRequest,
  closeChangeRequest,
  insertAgreement,
  insertChangeRequest,
  lockChangeRequest,
} from '../store/change-requests';
import type { Tx } from '../store/transaction';
import { authorise, type Caller, callerName, commandLine, isKey } from './caller';
import { changeKinds } from './change-kinds';
import { changedMeanwhile, notFound, ServiceError } from './error';
import { uuid } from './uuid';
import { type Done, parseInput, reasonText, verb } from './verb';

/** Asks for a change that two people must agree to. Whoever may agree to it agrees by asking. */
export const requestChange = verb({
  action: 'change_request.create',
  scope: 'privacy:read',
  input: z.object({ kind: z.enum(requestKinds), payload: z.record(z.string(), z.unknown()), reason: reasonText }),
  async change(tx, { kind, payload: raw, reason }, caller) {
    const { payload: schema, check, scope } = changeKinds[kind];
    const payload = parseInput(schema, raw) as Record<string, unknown>;
    const about = await check(tx, payload);
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

/** Agrees; the second of two different people carries the change out by it, in the same transaction. */
export const agreeToChange = verb({
  action: 'change_request.agree',
  scope: 'privacy:read',
  input: z.object({ id: uuid }),
  async change(tx, { id }, caller): Promise<Done<{ id: string; executed: boolean; result?: Record<string, unknown> }>> {
    const request = await lockOpen(tx, id);
    const { scope, check, execute, payload: schema } = changeKinds[request.kind];
    authorise(caller, scope);
    if (!isPerson(caller)) throw onlyPeople();
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

/** Ends a request that somebody else made, with a reason. */
export const refuseChange = verb({
  action: 'change_request.refuse',
  scope: 'privacy:read',
  input: z.object({ id: uuid, reason: reasonText }),
  async change(tx, { id, reason }, caller) {
    const request = await lockOpen(tx, id);
    authorise(caller, changeKinds[request.kind].scope);
    return end(tx, request, 'refused', caller, reason);
  },
});

/** Takes back what one asked for. */
export const withdrawChange = verb({
  action: 'change_request.withdraw',
  scope: 'privacy:read',
  input: z.object({ id: uuid, reason: reasonText.optional() }),
  async change(tx, { id, reason }, caller) {
    const request = await lockOpen(tx, id);
    if (request.requestedBy !== callerName(caller)) {
      throw new ServiceError('forbidden', 'Only who asked for it can take it back.', 'Refuse it instead.');
    }
    return end(tx, request, 'withdrawn', caller, reason);
  },
});

async function end(
  tx: Tx,
  { id, kind }: ChangeRequest,
  status: 'refused' | 'withdrawn',
  caller: Caller,
  reason: string | undefined,
): Promise<Done<{ id: string; status: typeof status }>> {
  await closeChangeRequest(tx, id, { status, by: callerName(caller), reason });
  await announce(tx, 'change_request', id);
  return {
    output: { id, status },
    target: `change_request:${id}`,
    before: { status: 'open' },
    after: { kind, status },
    reason,
  };
}

async function lockOpen(tx: Tx, id: string): Promise<ChangeRequest> {
  const request = await lockChangeRequest(tx, id);
  if (!request) throw notFound('request with this id');
  if (request.status !== 'open') throw changedMeanwhile('request', request.status);
  if (request.expired) throw changedMeanwhile('request', 'expired');
  return request;
}

type Person = Exclude<Caller, { keyScopes: unknown }>;

/** At the command line nobody is signed in: it may ask, not agree. */
const isPerson = (caller: Caller): caller is Person => !isKey(caller) && caller.id !== commandLine.id;

const onlyPeople = () =>
  new ServiceError('forbidden', 'Only a person who is signed in can agree.', 'Sign in to the console and do it there.');
