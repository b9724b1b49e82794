import type { Pool } from 'pg';
import { signCheckpoint } from '../core/provenance/checkpoint';
import { LogStateError } from '../core/provenance/log-writer';
import { sha256 } from '../platform/crypto';
import type { LogKey } from '../platform/keys';
import { insertCheckpoint, latestCheckpoint } from '../store/checkpoint';
import { type LogHead, loadLogState, readLogs } from '../store/log';
import { checkContinues } from '../store/log-check';
import { noteHalt } from '../store/log-halt';
import type { Job } from './jobs';

/** A log that must not be signed: what is stored does not continue what was signed, or does not fit itself. */
export class CheckpointRefused extends Error {
  override name = 'CheckpointRefused';
}

/**
 * Signs a checkpoint of each log that has grown, each second. A log whose head does not fit its leaves, or does not continue its last
 * checkpoint, is refused and reported; the others go on.
 */
export function checkpointJob(pool: Pool, key: LogKey): Job {
  const sound = new Set<number>();
  return { name: 'checkpoint', everyMs: 1000, alone: true, run: () => signGrownLogs(pool, key, sound) };
}

/** `sound`: logs whose head this process has compared with its leaves; each is compared once, before its first checkpoint here. */
export async function signGrownLogs(pool: Pool, key: LogKey, sound: Set<number>): Promise<void> {
  const refusals: string[] = [];
  for (const head of await readLogs(pool)) {
    try {
      if (!sound.has(head.id)) await loadLogState(pool, head);
      sound.add(head.id);
      await signIfGrown(pool, head, key);
    } catch (error) {
      refusals.push(error instanceof Error ? error.message : String(error));
      if (error instanceof LogStateError) await noteHalt(pool, head.id, error.message);
    }
  }
  if (refusals.length > 0) throw new CheckpointRefused(refusals.join('; '));
}

async function signIfGrown(pool: Pool, head: LogHead, key: LogKey): Promise<void> {
  const last = await latestCheckpoint(pool, head.id);
  if (last) await checkContinues(pool, head, last);
  if (head.size === (last?.size ?? 0)) return;
  const { id: logId, origin, size, root } = head;
  const note = signCheckpoint(sha256, { origin, size, root }, key.publicKey, key.sign);
  await insertCheckpoint(pool, { logId, size, root, note });
}
