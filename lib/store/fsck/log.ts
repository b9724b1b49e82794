import type { ClientBase } from 'pg';
import type { LogState } from '../../core/provenance/log-writer';
import type { LogHead } from '../log';
import type { CheckedEntry, EntryCheck } from './entries';
import { ObserverCheck } from './observer';
import type { Findings } from './report';
import { TreeCheck } from './tree';

const chunk = 2000;

/** Where a check of a log's end begins: the tree as it was at that size. */
export type LogStart = LogState;

export interface LogCheckOptions {
  /** Public half of the log key: 32 bytes. */
  logPublicKey: Uint8Array;
  entries: EntryCheck;
  findings: Findings;
  /** Missing: from the first entry on. */
  start?: LogStart;
  /** Takes the entries of each stretch, in order. */
  each?(checked: CheckedEntry[]): void;
}

/** Checks one log, or its end: rows, leaves, tree, tiles, checkpoints, and the observer's signatures. */
export async function checkLogRows(
  client: ClientBase,
  head: LogHead,
  { logPublicKey, entries, findings, start, each }: LogCheckOptions,
): Promise<{ checkpoints: number; signatures: number }> {
  const tree = new TreeCheck(client, head, logPublicKey, findings, start);
  const first = start?.size ?? 0;
  const observer = new ObserverCheck(client, head, findings, first);
  for (let from = first; from < head.size; from += chunk) {
    const checked = await entries.check(head, from, Math.min(from + chunk, head.size));
    const leaves = checked.map((entry) => entry.leafHash);
    await tree.append(leaves);
    await observer.append(leaves);
    each?.(checked);
  }
  await entries.checkBehind(head);
  await observer.finish();
  await tree.finish();
  return { checkpoints: tree.checkpoints, signatures: observer.signatures };
}
