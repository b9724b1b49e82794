/** The batch made the judge throw: a defect of ours, met by one of its records. */
export class JudgeFailure extends Error {
  override name = 'JudgeFailure';
}

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
