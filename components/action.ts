/** What a server action answers: the outcome, or an error in words that say what to do. */
export type Outcome<T = unknown> =
  | { ok: true; value: T }
  | { ok: false; error: { message: string; todo: string; fields?: Record<string, string> } };
export type Act<Input, Output = unknown> = (input: Input) => Promise<Outcome<Output>>;

export const failureWords = (outcome: { error: { message: string; todo: string } }): string =>
  `${outcome.error.message} ${outcome.error.todo}`;
