import type { AlertFold } from '../core/alert/fold';
import type { JudgedBatch } from '../core/judge/batch';
import type { Tile } from '../core/provenance/log-writer';

/** One batch, judged and encoded: everything that one transaction writes. */
export interface BatchCommit extends Omit<JudgedBatch, 'events' | 'detections' | 'ruleErrors' | 'outcomes' | 'seals'> {
  logId: number;
  /** The head that the batch was judged on; the transaction fails where it is not the head any more. */
  was: { size: number; nextOffset: bigint | null };
  size: number;
  root: Uint8Array;
  /** The observer's signature over the batch's entries; null where there are none. */
  observed: { root: Uint8Array; kid: string; sig: string } | null;
  frontier: Uint8Array;
  /** Full tiles that the batch completed. */
  tiles: Tile[];
  /** The Kafka offset behind the batch; null for a log without one. */
  nextOffset: bigint | null;
  /** Binary COPY stream of the event rows, and how many they are. */
  events: Uint8Array<ArrayBuffer>;
  eventCount: number;
  /** What stands behind the events' markers: a binary COPY stream, and whose it is; null where there is none. */
  sealed: { stream: Uint8Array<ArrayBuffer>; subjects: string[] } | null;
  /** UTC days of the rows' partitions. */
  days: string[];
  alerts: AlertFold[];
  origin: { via: string; topic: string | null; partition: number | null };
  recordedAt: string;
}

/** Somebody else moved what the batch was judged on. Nothing was stored: load again, judge again. */
export class CommitConflict extends Error {
  override name = 'CommitConflict';
  constructor(
    /** `head`: another writer appended to the log. `chain`: another log moved a source's chain. */
    readonly what: 'head' | 'chain',
    message: string,
  ) {
    super(message);
  }
}

/** SQLSTATE of an event that is stored already: fetch `known`, judge again. */
export const isDuplicateEvent = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  error.code === '23505' &&
  'table' in error &&
  /^event_\d{8}$/.test(String(error.table));

/** SQLSTATE of an event whose day has no partition. */
export const isMissingPartition = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '23514' && /no partition/.test(error.message);
