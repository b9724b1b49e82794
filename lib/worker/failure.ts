import { JudgeFailure } from './judge-client';

/** Why a batch was not stored, and which one it was. Without a batch: `records` is 0. */
export interface BatchFailure {
  cause: unknown;
  first: bigint;
  next: bigint;
  records: number;
}

/** A BatchFailure, to be thrown. */
export class BatchError extends Error {
  override name = 'BatchError';
  constructor(readonly failure: BatchFailure) {
    super('a batch was not stored', { cause: failure.cause });
  }
}

export const failureOf = (caught: unknown): BatchFailure =>
  caught instanceof BatchError ? caught.failure : { cause: caught, first: 0n, next: 0n, records: 0 };

/**
 * Does the failure lie in what the batch holds, so that trying again would fail again? SQLSTATE classes 22 (data), 23
 * (constraints) and 54 (limits), and whatever made the judge throw. Not where the log's own tables refuse: then the state is
 * wrong, not the data.
 */
export function isAboutData(error: unknown): boolean {
  if (error instanceof JudgeFailure) return true;
  const { code, table } = error as { code?: string; table?: string };
  return /^(22|23|54)...$/.test(code ?? '') && table !== 'log' && table !== 'log_tile';
}
