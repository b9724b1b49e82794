import type { RuleError } from '../../core/detection/engine';
import type { Refusal } from '../../core/event/result';
import type { Outcome } from '../../core/judge/batch';
import type { Facts, Needs } from '../../core/judge/contract';
import type { LogState } from '../../core/provenance/log-writer';
import type { BatchCommit } from '../../store/commit-contract';

/** Records of one batch as they cross to the judge's thread: one buffer that changes hands, and where each record ends. */
export interface PackedRecords {
  bytes: ArrayBuffer;
  ends: Uint32Array;
  positions: BigInt64Array;
  /** Only of records that have any. */
  headers: Map<number, Record<string, string>>;
  refusals: Map<number, Refusal>;
}

export type ToJudge =
  /**
   * Judge batches of this log on this state, under a handle of their own: whoever else has the same log open, or had it,
   * is on another state. What logs share is forgotten.
   */
  | { kind: 'open'; handle: number; logId: number; state: LogState }
  | { kind: 'shut'; handle: number }
  | {
      kind: 'judge';
      call: number;
      handle: number;
      records: PackedRecords;
      now: number;
      careful: boolean;
      report: boolean;
      /** Where the rows may be written: memory of an earlier batch. */
      room?: ArrayBuffer;
    }
  | { kind: 'facts'; call: number; facts: Facts }
  | ({ kind: 'changed' } & Changed);

/** What people and other judges changed meanwhile. */
export interface Changed {
  servers: { key: string; decision: 'unlisted' | 'approved' | 'denied' }[];
  definitions: { server: string; tool: string; hash: string }[];
  /** Which keys are enrolled or revoked. */
  keys: boolean;
  /** Pseudonyms of subjects who were erased. */
  erased: string[];
}

/** All of a batch's transaction but what the log's own row says. */
export type JudgedCommit = Omit<BatchCommit, 'logId' | 'was' | 'nextOffset' | 'origin' | 'observed'> & {
  /** Root of the tree over the batch's own leaves. */
  observedRoot: Uint8Array;
};

export interface Judged {
  batch: JudgedCommit;
  /** Microseconds that the batch spent in each stage. */
  stages: Record<string, number>;
  ruleErrors: RuleError[];
  outcomes: Outcome[];
  /** Mean of the events' own times, milliseconds since 1970. */
  meanTime: number;
}

export type FromJudge =
  | { kind: 'needs'; call: number; needs: Needs }
  /** `spent`: the memory of the records, where nothing that is judged refers to it. */
  | { kind: 'judged'; call: number; judged: Judged; spent: ArrayBuffer | null }
  | { kind: 'failed'; call: number; message: string };

/** What the thread is started with. */
export interface JudgeThreadData {
  /** Key of the fingerprints of secrets. */
  fingerprintKey: Uint8Array;
  /** As in the judge's CaseTools; false where it is left out. */
  believeGenerated?: boolean;
}
