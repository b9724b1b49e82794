import { fromBase64 } from '../bytes';
import type { Crypto } from '../crypto';
import { parseNote } from '../note';
import type { WitnessPolicy } from '../policy';
import { countWitnesses, type WitnessCount } from '../witness';
import type { CheckpointLine } from './lines';
import type { LogSection } from './log-section';
import type { Problems } from './problems';

/** When an authority saw a checkpoint's text. Throws with words for a person where the token does not hold. */
export type ReadTimestamp = (
  token: Uint8Array,
  text: string,
) => Promise<{ time: string; signer: string; trusted: boolean }>;

/** What others say of one checkpoint. */
export interface Anchor {
  line: number;
  log: number;
  size: number;
  note: string;
  witnesses: WitnessCount | null;
  tokens: string[];
  timestamps: { time: string; signer: string; trusted: boolean }[];
  /** Whether the entries lead to its root. Known at the end. */
  matches: boolean;
}

/** Witnesses and timestamps of the checkpoints in a bundle. */
export class Anchors {
  readonly all: Anchor[] = [];
  #crypto: Crypto;
  #policy: WitnessPolicy | undefined;
  #readTimestamp: ReadTimestamp | undefined;
  #problems: Problems;

  constructor(
    crypto: Crypto,
    { policy, readTimestamp }: { policy?: WitnessPolicy; readTimestamp?: ReadTimestamp },
    problems: Problems,
  ) {
    this.#crypto = crypto;
    this.#policy = policy;
    this.#readTimestamp = readTimestamp;
    this.#problems = problems;
  }

  /** A checkpoint whose own signature holds. */
  add(line: number, { log, note, timestamps = [] }: CheckpointLine, size: number): void {
    const witnesses = this.#policy ? countWitnesses(this.#crypto, this.#policy, note) : null;
    for (const name of witnesses?.refused ?? []) {
      this.#problems.add('changed', line, `checkpoint at ${size}`, `the cosignature of ${name} does not verify`);
    }
    this.all.push({ line, log, size, note, witnesses, tokens: timestamps, timestamps: [], matches: false });
  }

  /** After all entries: which checkpoints they lead to, and what the authorities say. */
  async finish(sections: ReadonlyMap<number, LogSection>): Promise<void> {
    for (const anchor of this.all) {
      const held = sections.get(anchor.log)?.checkpoints.find(({ line }) => line === anchor.line);
      anchor.matches = held?.matches === true;
      if (!this.#readTimestamp) continue;
      const { text } = parseNote(anchor.note);
      for (const token of anchor.tokens) {
        try {
          anchor.timestamps.push(await this.#readTimestamp(fromBase64(token) ?? new Uint8Array(), text));
        } catch (error) {
          const why = error instanceof Error ? error.message : String(error);
          this.#problems.add(
            'changed',
            anchor.line,
            `checkpoint at ${anchor.size}`,
            `the timestamp does not hold: ${why}`,
          );
        }
      }
    }
  }

  /** When others whom the reader trusts first vouched for a tree with this entry: milliseconds since 1970, or null. */
  provedAt(log: number, index: number): number | null {
    const over = this.all.filter((anchor) => anchor.log === log && anchor.matches && anchor.size > index);
    const times = over.flatMap(({ witnesses, timestamps }) => [
      ...(witnesses?.witnesses ?? []).filter(({ own }) => !own).map(({ time }) => time * 1000),
      ...timestamps.filter(({ trusted }) => trusted).map(({ time }) => Date.parse(time)),
    ]);
    return times.length > 0 ? Math.min(...times) : null;
  }

  /** Whether the policy is met by a checkpoint over all of the first `end` entries of the log. */
  witnessed(log: number, end: number): boolean {
    if (!this.#policy?.quorum) return false;
    return this.all.some(
      (anchor) => anchor.log === log && anchor.matches && anchor.size >= end && anchor.witnesses?.met === true,
    );
  }
}
