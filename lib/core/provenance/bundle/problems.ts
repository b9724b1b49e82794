import { type Verdict, worse } from '../verdict';

/** What kind of thing is wrong; each says where and why in its own words. */
export type ProblemKind =
  /** Not as it was recorded or made. */
  | 'changed'
  /** Something that ought to be there is not. */
  | 'missing'
  | 'repeated'
  /** Not in its order. */
  | 'swapped'
  /** No signed checkpoint covers it. */
  | 'unanchored'
  /** Two signed statements contradict each other. */
  | 'diverged'
  /** Not of the form that the format has. */
  | 'form';

export interface Problem {
  kind: ProblemKind;
  verdict: Verdict;
  /** Line of the file, from 1; 0 where it is of the whole. */
  line: number;
  /** `custody.local/http 12` and the like: log and index, or what else it is about. */
  where: string;
  /** One line for a person. */
  reason: string;
}

const verdictOf: Record<ProblemKind, Verdict> = {
  changed: 'INVALID',
  missing: 'GAPS',
  repeated: 'INVALID',
  swapped: 'INVALID',
  unanchored: 'UNANCHORED',
  diverged: 'DIVERGED',
  form: 'INVALID',
};

/** How many problems are kept in words; all are counted. */
const mostKept = 200;

/** Collects what is wrong; what comes first is kept. */
export class Problems {
  readonly kept: Problem[] = [];
  count = 0;
  worst: Verdict = 'WITNESSED';
  readonly kinds = new Set<ProblemKind>();

  add(kind: ProblemKind, line: number, where: string, reason: string): void {
    const verdict = verdictOf[kind];
    this.count++;
    this.kinds.add(kind);
    this.worst = worse(this.worst, verdict);
    if (this.kept.length < mostKept) this.kept.push({ kind, verdict, line, where: cut(where), reason: cut(reason) });
  }

  has(...kinds: ProblemKind[]): boolean {
    return kinds.some((kind) => this.kinds.has(kind));
  }
}

/** Names come from the file. */
const cut = (text: string): string => (text.length > 600 ? `${text.slice(0, 599)}…` : text);
