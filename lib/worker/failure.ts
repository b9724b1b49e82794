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
