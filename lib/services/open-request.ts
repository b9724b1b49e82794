import { announce } from '../store/announce';
import { type ChangeRequest, closeChangeRequest, lockChangeRequest } from '../store/change-requests';
import type { Tx } from '../store/transaction';
import { type Caller, callerName, commandLine, isKey } from './caller';
import { changedMeanwhile, notFound } from './error';
import type { Done } from './verb';

/** Closes a request without carrying it out. */
export async function endRequest(
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

/** The request, locked until the transaction ends. Throws ServiceError where it is not open any more. */
export async function lockOpenRequest(tx: Tx, id: string): Promise<ChangeRequest> {
  const request = await lockChangeRequest(tx, id);
  if (!request) throw notFound('request with this id');
  if (request.status !== 'open') throw changedMeanwhile('request', request.status);
  if (request.expired) throw changedMeanwhile('request', 'expired');
  return request;
}

type Person = Exclude<Caller, { keyScopes: unknown }>;

/** At the command line nobody is signed in: it may ask, not agree. */
export const isPerson = (caller: Caller): caller is Person => !isKey(caller) && caller.id !== commandLine.id;
