/** What a server action answers: the outcome, or an error in words that say what to do. */
export type Outcome<T = unknown> =
  | { ok: true; value: T }
  | { ok: false; error: { message: string; todo: string; fields?: Record<string, string> } };
export type Act<Input, Output = unknown> = (input: Input) => Promise<Outcome<Output>>;

export const failureWords = (outcome: { error: { message: string; todo: string } }): string =>
  `${outcome.error.message} ${outcome.error.todo}`;

/** What an action answers; where its answer never came, a failure in words, so that no form waits for ever. */
export const settled = <T>(answer: Promise<Outcome<T>>): Promise<Outcome<T>> =>
  answer.catch(() => ({
    ok: false,
    error: {
      message: 'Custody did not answer, so it is not known whether this was done.',
      todo: 'Look at your connection, reload, and try again.',
    },
  }));
