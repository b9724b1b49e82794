/**
 * The codes with which anything a person or a client asked for can fail. Each transport maps them in one place:
 * lib/auth/route.ts (HTTP) and lib/auth/action.ts (server actions).
 */
export const errorCodes = [
  'invalid',
  'unauthenticated',
  'forbidden',
  'not_found',
  'gone',
  'conflict',
  'too_large',
  'rate_limited',
  'unavailable',
  'failed',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

export interface ErrorReport {
  code: ErrorCode;
  /** One sentence: what is wrong. */
  message: string;
  /** One sentence: what to do about it. */
  todo: string;
  /** Input errors by field path (`scopes.0`). */
  fields?: Record<string, string>;
}

/** An error whose words may be shown to the caller. Everything else is reported as `failed`, without its text. */
export class ServiceError extends Error {
  readonly code: ErrorCode;
  readonly todo: string;
  readonly fields: Record<string, string> | undefined;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    todo: string,
    more: { fields?: Record<string, string>; retryAfter?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.name = 'ServiceError';
    this.code = code;
    this.todo = todo;
    this.fields = more.fields;
    this.retryAfter = more.retryAfter;
  }
}

/** What a caller may read of any thrown value. */
export function reportOf(error: unknown): ErrorReport {
  if (!(error instanceof ServiceError)) {
    return {
      code: 'failed',
      message: 'Something went wrong on our side; nothing was changed.',
      todo: 'Try again; if it stays, ask an administrator to read the log.',
    };
  }
  const report: ErrorReport = { code: error.code, message: error.message, todo: error.todo };
  if (error.fields) report.fields = error.fields;
  return report;
}

export const notFound = (what: string) =>
  new ServiceError('not_found', `There is no ${what}.`, 'Look at the list again; it may have been removed.');

export const fromAnotherSite = () =>
  new ServiceError('forbidden', 'This request came from another site.', 'Open the console and do it there.');

export const changedMeanwhile = (what: string, now: string) =>
  new ServiceError(
    'conflict',
    `The ${what} was changed by someone else: it is now ${now}.`,
    'Reload, look at the change, and decide again.',
  );
