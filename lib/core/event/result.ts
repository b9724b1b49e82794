/** Why a message could not become an event. Stable names: they are stored, filtered and counted. */
export const deadLetterReasons = [
  'not_utf8',
  'not_json',
  'duplicate_key',
  'unsafe_integer',
  'lone_surrogate',
  'too_deep',
  'too_large',
  'bad_compression',
  'unknown_format',
  'wrong_schema',
  'time_out_of_range',
  'unknown_key',
  'revoked_key',
  'bad_signature',
  'signature_missing',
  'hash_mismatch',
  'bad_disclosure',
  'not_storable',
] as const;
export type DeadLetterReason = (typeof deadLetterReasons)[number];

export interface Refusal {
  reason: DeadLetterReason;
  /** One line for a person: what is wrong, where, and what to do. Never holds event content beyond a short quoted name. */
  detail: string;
}

/** What a pure step answers: never an exception for bad data. */
export type Result<T> = { ok: true; value: T } | { ok: false; refusal: Refusal };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });
export const refuse = (reason: DeadLetterReason, detail: string): Result<never> => ({
  ok: false,
  refusal: { reason, detail },
});
