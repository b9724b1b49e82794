/** What is known of a source's clock. Offsets are milliseconds between its time of an event and when that was recorded. */
export interface SourceClock {
  source: string;
  /** Null until it is learnt. */
  usualMs: number | null;
  /** The newest offset that was seen, how often in a row, and since when (milliseconds since 1970). */
  offsetMs: number;
  steady: number;
  steadySince: number;
}

/** What differs by less is delay on the way, not the clock. */
const toleranceMs = 5_000;
/** Offsets that belong together: a backlog that is caught up changes faster than that. */
const spreadMs = 2_000;
const steadyLooks = 3;
const steadyMs = 30_000;

/**
 * Takes in the smallest offset of a source's newest events, looked at `at`. A backlog makes offsets large, but not steady: only what
 * stays the same over several looks is learnt, or taken for a clock that was moved.
 */
export function lookAtClock(
  clock: SourceClock | null,
  { source, offsetMs, at }: { source: string; offsetMs: number; at: number },
): { clock: SourceClock; moved: { usualMs: number; offsetMs: number } | null } {
  const goesOn = clock !== null && Math.abs(offsetMs - clock.offsetMs) <= spreadMs;
  const steady = goesOn ? clock.steady + 1 : 1;
  const steadySince = goesOn ? clock.steadySince : at;
  const usualMs = clock?.usualMs ?? null;
  const next: SourceClock = { source, usualMs, offsetMs, steady, steadySince };
  if (usualMs !== null && Math.abs(offsetMs - usualMs) <= toleranceMs) {
    return { clock: { ...next, usualMs: Math.round(usualMs * 0.9 + offsetMs * 0.1) }, moved: null };
  }
  if (steady < steadyLooks || at - steadySince < steadyMs) return { clock: next, moved: null };
  return {
    clock: { ...next, usualMs: offsetMs },
    moved: usualMs === null ? null : { usualMs, offsetMs },
  };
}
