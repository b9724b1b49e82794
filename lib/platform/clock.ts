/** Time as the shells hand it to the core, which never reads a clock itself. */
export interface Clock {
  /** Wall clock. */
  now(): Date;
  /** Milliseconds that only ever go up; for durations. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
};
