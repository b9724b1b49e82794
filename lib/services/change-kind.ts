import type { z } from 'zod';
import type { Scope } from '../core/access';
import { appendAudit } from '../store/audit-log';
import type { Tx } from '../store/transaction';

/** That two people want it: what an executor is told beside its payload. */
export interface Agreed {
  requestId: string;
  /** Names of those who agreed, first the first: two or more. */
  by: string[];
  reason: string;
}

/** One kind of change that two different people must agree to. */
export interface ChangeKind {
  payload: z.ZodType;
  /** Which whoever agrees must hold. */
  scope: Scope;
  /**
   * What stands in audit entries as the target: ids and pseudonyms, never a person. Throws ServiceError where it can't be asked for
   * as things stand; looked at when it is asked for, and again before it is carried out.
   */
  check(tx: Tx, payload: unknown): Promise<string>;
  /** Carries it out, with its own audit entry (recordExecution). Answers what was done, in figures and ids: shown with the request. */
  execute(tx: Tx, payload: unknown, agreed: Agreed): Promise<Record<string, unknown>>;
}

/** Ties a kind's functions to the type of its payload. */
export function changeKind<Payload extends z.ZodType>(definition: {
  payload: Payload;
  scope: Scope;
  check(tx: Tx, payload: z.output<Payload>): Promise<string>;
  execute(tx: Tx, payload: z.output<Payload>, agreed: Agreed): Promise<Record<string, unknown>>;
}): ChangeKind {
  return definition as ChangeKind;
}

/** The audit entry of a change that two people made; its place in the console's log. In the change's transaction. */
export const recordExecution = (
  tx: Tx,
  { requestId, by, reason }: Agreed,
  done: { action: string; target: string; before?: Record<string, unknown>; after?: Record<string, unknown> },
): Promise<{ id: string; logIndex: number }> =>
  appendAudit(tx, {
    actor: by.join(', '),
    role: 'two_people',
    action: done.action,
    target: done.target,
    detail: { request: requestId, agreed_by: by, before: done.before, after: done.after, reason },
  });
