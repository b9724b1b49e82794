/** One change that a tamper drill made on a copy of a log, and what came of it. */
export interface DrillChange {
  /** What was changed, in words: a member of `drillKinds`. */
  kind: string;
  /** Which row or byte. */
  where: string;
  /** Whether the checks noticed. */
  found: boolean;
  /** The first thing that they named. */
  by: string;
  /** How long they took. */
  ms: number;
}

/** What the checks say of the copy before anything is changed: it must be nothing. */
export const untouched = 'nothing at all';

export interface DrillResult {
  logId: number;
  /** Origin of the log. */
  log: string;
  /** The stretch that was copied: `size` entries from the index `from` on. */
  from: number;
  size: number;
  changes: DrillChange[];
  ms: number;
}

/** The changes that were not found, and those that were found where nothing was changed. */
export const missedOf = ({ changes }: Pick<DrillResult, 'changes'>): string[] =>
  changes.filter(({ found, kind }) => found === (kind === untouched)).map(({ kind }) => kind);
