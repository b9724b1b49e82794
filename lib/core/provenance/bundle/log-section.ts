import { equalBytes } from '../bytes';
import type { Checkpoint } from '../checkpoint';
import type { Crypto } from '../crypto';
import { type Others, TreeCursor } from '../multiproof';
import type { HeaderLine } from './lines';
import type { Problems } from './problems';

/** A checkpoint whose signature holds, and what its log's entries say of it. */
export interface SectionCheckpoint extends Checkpoint {
  note: string;
  line: number;
  /** Null: the entries do not reach it. */
  matches: boolean | null;
}

/** The entries of one log, as they come: each must stand behind the one before, and all lead to the signed roots. */
export class LogSection {
  readonly origin: string;
  readonly kind: HeaderLine['logs'][number]['kind'];
  readonly whole: { from: number; to: number } | undefined;
  readonly checkpoints: SectionCheckpoint[] = [];
  entries = 0;
  /** Index of the last entry; -1 where there is none. */
  lastEntry = -1;
  /** Entries that stand within the whole range. */
  #inWhole = 0;
  #tree: TreeCursor;
  /** Index that is due next. It is the tree's size until something is missing; from then on no root can be computed. */
  #due = 0;
  #torn = false;
  #problems: Problems;

  constructor({ sha256 }: Crypto, log: HeaderLine['logs'][number], problems: Problems) {
    this.origin = log.origin;
    this.kind = log.kind;
    this.whole = log.whole;
    this.#tree = new TreeCursor(sha256);
    this.#problems = problems;
  }

  /** Checkpoints come before the entries. Two of one size must have one root. */
  addCheckpoint(line: number, checkpoint: Checkpoint & { note: string }): void {
    const same = this.checkpoints.find(({ size }) => size === checkpoint.size);
    if (same && !equalBytes(same.root, checkpoint.root)) {
      const reason = `the log signed two roots at ${same.size} entries (lines ${same.line} and ${line}): two histories`;
      this.#problems.add('diverged', line, this.origin, reason);
    }
    const held: SectionCheckpoint = { ...checkpoint, line, matches: null };
    this.checkpoints.push(held);
    if (checkpoint.size === 0) this.#compare(held);
  }

  /** The leaf hash of an entry. False where it stands out of order, so that it says nothing. */
  addEntry(line: number, index: number, leaf: Uint8Array): boolean {
    if (!this.#arriveAt(line, index, `entry ${index}`)) return false;
    this.entries++;
    this.lastEntry = index;
    if (this.whole && index >= this.whole.from && index < this.whole.to) this.#inWhole++;
    this.#due = index + 1;
    if (!this.#torn) {
      this.#tree.append(leaf);
      this.#reached();
    }
    return true;
  }

  addOthers(line: number, others: Others): void {
    const { from, to } = others;
    const name = `the entries ${from} to ${to - 1}, of which only hashes are here,`;
    if (to <= from) {
      this.#problems.add('form', line, `${this.origin} ${from}`, 'a range of others ends before it begins');
      return;
    }
    if (!this.#arriveAt(line, from, name)) return;
    if (this.whole && from < this.whole.to && to > this.whole.from) {
      const reason = `${name} lie in the range ${this.whole.from} to ${this.whole.to - 1}, which the bundle says it has whole`;
      this.#problems.add('missing', line, `${this.origin} ${from}`, reason);
    }
    const crossed = this.checkpoints.find(({ size }) => size > from && size < to);
    if (crossed) {
      const reason = `the range ${from} to ${to - 1} goes across the checkpoint at ${crossed.size}, which so can't be checked`;
      this.#problems.add('form', line, `${this.origin} ${from}`, reason);
    }
    this.#due = to;
    if (this.#torn) return;
    if (this.#tree.appendOthers(others)) {
      this.#reached();
    } else {
      this.#torn = true;
      const reason = `the range ${from} to ${to - 1} has not one hash for each of its subtrees`;
      this.#problems.add('form', line, `${this.origin} ${from}`, reason);
    }
  }

  /** When the log's entries are over, and all of the file was read. */
  finish(): void {
    const newest = Math.max(0, ...this.checkpoints.map(({ size }) => size));
    if (this.#due < newest) {
      const reason = `the entries ${this.#due} to ${newest - 1} are neither here nor stood for by hashes`;
      this.#problems.add('missing', 0, `${this.origin} ${this.#due}`, reason);
    }
    this.#judgeRoots();
    if (this.#due > newest && this.entries > 0) {
      const reason = `no signed checkpoint covers the entries ${newest} to ${this.#due - 1}`;
      this.#problems.add('unanchored', 0, `${this.origin} ${newest}`, reason);
    }
    const { whole } = this;
    if (whole && this.#inWhole < whole.to - whole.from) {
      const reason = `${whole.to - whole.from - this.#inWhole} of the entries ${whole.from} to ${whole.to - 1} are missing, which the bundle says it has whole`;
      this.#problems.add('missing', 0, `${this.origin} ${whole.from}`, reason);
    }
  }

  /** The newest checkpoint that the entries lead to. */
  get anchor(): SectionCheckpoint | undefined {
    return this.checkpoints.filter(({ matches }) => matches).sort((a, b) => b.size - a.size)[0];
  }

  /** Whether a signed root covers all entries that are here. */
  get isProved(): boolean {
    return this.entries === 0 || (this.anchor?.size ?? 0) > this.lastEntry;
  }

  /** Index behind the last entry or range. */
  get end(): number {
    return this.#due;
  }

  /** False where it comes out of order. */
  #arriveAt(line: number, index: number, name: string): boolean {
    const where = `${this.origin} ${index}`;
    if (index < this.#due) {
      const repeated = index === this.#due - 1;
      const reason = repeated
        ? `${name} stands here again`
        : `${name} stands behind entry ${this.#due - 1}: repeated, or swapped with another`;
      this.#problems.add(repeated ? 'repeated' : 'swapped', line, where, reason);
      this.#torn = true;
      return false;
    }
    if (index > this.#due) {
      const missing = index - 1 === this.#due ? `entry ${this.#due}` : `the entries ${this.#due} to ${index - 1}`;
      const reason = `before this line ${missing} of the log should stand, or hashes for them`;
      this.#problems.add('missing', line, `${this.origin} ${this.#due}`, reason);
      this.#torn = true;
    }
    return true;
  }

  #reached(): void {
    for (const checkpoint of this.checkpoints) {
      if (checkpoint.size === this.#due && checkpoint.matches === null) this.#compare(checkpoint);
    }
  }

  #compare(checkpoint: SectionCheckpoint): void {
    checkpoint.matches = equalBytes(this.#tree.root(), checkpoint.root);
  }

  /**
   * What leads to a later root can't also lead to another earlier one: then the log itself signed two histories. Otherwise something
   * before the first root that does not fit was changed, and behind the last one that does.
   */
  #judgeRoots(): void {
    const seen = this.checkpoints.filter(({ matches }) => matches !== null).sort((a, b) => a.size - b.size);
    const last = Math.max(-1, ...seen.filter(({ matches }) => matches).map(({ size }) => size));
    for (const { size, line } of seen.filter((checkpoint) => !checkpoint.matches)) {
      if (size <= last) {
        const reason = `the log signed a root at ${size} entries that its entries up to ${last} contradict: two histories`;
        this.#problems.add('diverged', line, this.origin, reason);
      } else {
        const reason = `the entries do not lead to the root that the log signed at ${size}: one of ${Math.max(last, 0)} to ${size - 1} was changed`;
        this.#problems.add('changed', line, `${this.origin} ${Math.max(last, 0)}`, reason);
        return;
      }
    }
  }
}
