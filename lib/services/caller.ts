import { type Actor, type ApiKeyScope, may, rolesWith, type Scope } from '../core/access';
import { ServiceError } from './error';

/** A program that showed an API key. */
export interface KeyCaller {
  keyId: string;
  keyName: string;
  keyScopes: readonly ApiKeyScope[];
}
/** On whose behalf a verb runs. */
export type Caller = Actor | KeyCaller;

export const isKey = (caller: Caller): caller is KeyCaller => 'keyScopes' in caller;

/** Tells callers apart; names need not. */
export const callerId = (caller: Caller): string => (isKey(caller) ? caller.keyId : caller.id);
/** How the caller stands in audit entries and `*_by` columns. */
export const callerName = (caller: Caller): string => (isKey(caller) ? `api-key:${caller.keyName}` : caller.email);
export const callerRole = (caller: Caller): string => (isKey(caller) ? 'api_key' : caller.role);

/** What the machine's owner does at the command line, where there is no session. */
export const commandLine: Actor = { id: 'command-line', email: 'command-line', name: 'Command line', role: 'admin' };

/**
 * Throws ServiceError `forbidden` unless the caller may do what needs `scope`; an API key may where `keyScope` is
 * given and the key carries it.
 */
export function authorise(caller: Caller, scope: Scope, keyScope?: ApiKeyScope): void {
  if (isKey(caller)) {
    if (keyScope && caller.keyScopes.includes(keyScope)) return;
    throw keyScope
      ? keyLacks(keyScope)
      : new ServiceError(
          'forbidden',
          'This cannot be done with an API key.',
          'Sign in to the console and do it there.',
        );
  }
  if (may(caller.role, scope)) return;
  throw new ServiceError(
    'forbidden',
    `The role ${caller.role} may not do this: it needs ${scope}.`,
    `Ask someone who is ${rolesWith(scope).join(' or ')}.`,
  );
}

export const keyLacks = (scope: ApiKeyScope): ServiceError =>
  new ServiceError('forbidden', `This API key lacks the scope ${scope}.`, `Use a key that has ${scope}.`);
