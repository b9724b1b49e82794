import type { ApiKeyScope, Scope } from '../core/access';
import { logger } from '../platform/log';
import { authorise, type Caller, keyLacks } from '../services/caller';
import { type ErrorCode, reportOf, ServiceError } from '../services/error';
import { callerFromApiKey } from './api-key';
import { addressOf } from './client-address';
import { actorFromRequest } from './session';

const statusOf: Record<ErrorCode, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  gone: 410,
  conflict: 409,
  too_large: 413,
  rate_limited: 429,
  unavailable: 503,
  failed: 500,
};

/** A route handler whose errors leave as JSON: `{"error": {code, message, todo, fields?}}`, never with unknown text. */
export function route<Context>(
  handle: (request: Request, context: Context) => Promise<Response>,
): (request: Request, context: Context) => Promise<Response> {
  return async (request, context) => {
    try {
      return await handle(request, context);
    } catch (error) {
      return errorResponse(error);
    }
  };
}

export function errorResponse(error: unknown): Response {
  if (!(error instanceof ServiceError)) logger('api').error({ err: error }, 'request failed');
  const report = reportOf(error);
  const headers = new Headers({ 'cache-control': 'no-store' });
  if (report.code === 'unauthenticated') headers.set('www-authenticate', 'Bearer realm="custody"');
  const retryAfter = error instanceof ServiceError ? error.retryAfter : undefined;
  if (retryAfter !== undefined) headers.set('retry-after', String(retryAfter));
  return Response.json({ error: report }, { status: statusOf[report.code], headers });
}

/**
 * Who asks, where they may: by API key with `keyScope`, or, for reading only, by the console's session with `scope`.
 * A request that changes something never counts by its cookie, so that no other site can send it. Throws ServiceError.
 */
export async function requireCaller(
  request: Request,
  { scope, keyScope }: { scope?: Scope; keyScope?: ApiKeyScope },
): Promise<Caller> {
  const authorization = request.headers.get('authorization');
  const reading = request.method === 'GET' || request.method === 'HEAD';
  if (authorization === null && scope && reading) {
    const actor = await actorFromRequest(request);
    if (!actor) throw new ServiceError('unauthenticated', 'You are not signed in.', 'Sign in and try again.');
    authorise(actor, scope);
    return actor;
  }
  const key = await callerFromApiKey(authorization, addressOf(request.headers));
  if (!key || !keyScope) {
    throw new ServiceError(
      'unauthenticated',
      'There is no valid API key with this request.',
      `Send "Authorization: Bearer cst_..." with a key ${keyScope ? `that has ${keyScope}, ` : ''}made under API keys, neither expired nor revoked.`,
    );
  }
  if (!key.keyScopes.includes(keyScope)) throw keyLacks(keyScope);
  return key;
}
