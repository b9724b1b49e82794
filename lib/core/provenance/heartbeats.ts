/** One run of a source (an epoch of its chain), as its heartbeats tell. Times are milliseconds since 1970. */
export interface SourceRun {
  source: string;
  epoch: string;
  logId: number;
  /** When the first that was heard of it was recorded. */
  begunAt: number;
  beats: number;
  /** How often its heartbeats come, by its own clock; null until that is learnt. */
  intervalMs: number | null;
  /** Of the newest heartbeat, by its own clock. */
  beatTime: number;
  /** When that was recorded, which event it was, and its number. */
  heardAt: number;
  heardEvent: string;
  heardSequence: bigint | null;
  /** `closed`: it said so; `followed`: another run of the source began. */
  ended: 'closed' | 'followed' | null;
  endedAt: number | null;
}

/** What of an event tells about its source's run. */
export interface RunNote {
  kind: 'begin' | 'beat' | 'close';
  id: string;
  source: string;
  epoch: string;
  sequence: bigint | null;
  logId: number;
  /** By the source's clock. */
  time: number;
  recordedAt: number;
}

/** The run after this note; `run` is null where nothing was heard of it before. */
export function heard(run: SourceRun | null, note: RunNote): SourceRun | null {
  // A source that never said that it begins, nor that it lives, has nothing to end.
  if (run === null && note.kind === 'close') return null;
  const { source, epoch, logId, time, recordedAt, id, sequence } = note;
  const news = { beatTime: time, heardAt: recordedAt, heardEvent: id, heardSequence: sequence };
  if (run === null) {
    const beats = note.kind === 'beat' ? 1 : 0;
    return { source, epoch, logId, begunAt: recordedAt, beats, intervalMs: null, ...news, ended: null, endedAt: null };
  }
  if (note.kind === 'close') return { ...run, ...news, ended: 'closed', endedAt: recordedAt };
  if (note.kind === 'begin') return { ...run, ...news };
  return {
    ...run,
    ...news,
    beats: run.beats + 1,
    intervalMs: learnt(run, time),
    ended: null,
    endedAt: null,
  };
}

/** One that was missed must not make the interval seem longer. */
function learnt({ intervalMs, beatTime }: SourceRun, time: number): number | null {
  const step = time - beatTime;
  if (step <= 0) return intervalMs;
  if (intervalMs === null) return Math.min(step, longestMs);
  if (step > 2 * intervalMs) return intervalMs;
  return Math.max(1, Math.round(intervalMs * 0.8 + step * 0.2));
}

const longestMs = 24 * 3_600_000;

/** Whatever delays a heartbeat on its way. */
const graceMs = 10_000;

/**
 * Since when the run is silent (its newest heartbeat), or null. `listeningSince`: from when on heartbeats would have been heard,
 * where Custody itself was away; they are missed from then on only.
 */
export function silentSince(run: SourceRun, now: number, listeningSince: number): number | null {
  if (run.ended !== null || run.intervalMs === null) return null;
  const from = Math.max(run.heardAt, listeningSince);
  return now - from > silenceAfterMs(run.intervalMs) ? run.heardAt : null;
}

/** Two heartbeats and a half, and then some. */
export const silenceAfterMs = (intervalMs: number): number => Math.round(2.5 * intervalMs) + graceMs;
