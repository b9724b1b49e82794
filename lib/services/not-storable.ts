import type { Refusal } from '../core/event/result';

/**
 * What the dead letter says of an event that could not be stored. A program wrote the event and people of many roles read this, so
 * it names no table and no constraint: the log has the error itself.
 */
export function notStorable(error: unknown): Refusal {
  const { code } = error as { code?: unknown };
  const cause =
    typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)
      ? `PostgreSQL would not keep it (SQLSTATE ${code}: ${classes[code.slice(0, 2)] ?? 'refused'})`
      : 'Reading it failed here';
  return {
    reason: 'not_storable',
    detail: `${cause}. Its bytes are kept: mend the emitter where a value is out of bounds, else report it with the log of this time; replay it after an update.`,
  };
}

const classes: Record<string, string> = {
  '22': 'a value that it cannot hold',
  '23': 'a value that its rules forbid',
  '54': 'larger than its limits',
};
