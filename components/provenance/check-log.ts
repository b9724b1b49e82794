'use client';
import { countWords } from '@/lib/core/query/words';
import type { LogSummary } from './log-summary';
import { pinnedKey, rememberCheckpoint, seenCheckpoint } from './pins';

export interface LogCheck {
  outcome: 'ok' | 'failed' | 'open';
  /** One line for a person. */
  detail: string;
  pinned: boolean;
  /** ISO 8601, when this browser checked. */
  at: string;
}

export type LoadConsistency = (logId: number, oldSize: number, size: number) => Promise<string[] | null>;

/**
 * Checks a log's newest checkpoint in this browser: its signature, and that the log only grew since the checkpoint that this
 * browser saw last, which it remembers.
 */
export async function checkLog(log: LogSummary, loadConsistency: LoadConsistency): Promise<LogCheck> {
  const at = new Date().toISOString();
  const pinned = pinnedKey(log.origin);
  const answer = (outcome: LogCheck['outcome'], detail: string): LogCheck => ({
    outcome,
    detail,
    pinned: !!pinned,
    at,
  });
  if (!log.checkpoint) {
    return answer(
      'open',
      log.size === 0 ? 'Nothing is in it yet.' : 'No checkpoint was signed yet. Is the worker running?',
    );
  }
  const [
    { openCheckpoint },
    { NoteError, parseVerifierKey },
    { nobleCrypto },
    { verifyConsistency },
    { equalBytes, fromBase64 },
  ] = await Promise.all([
    import('@/lib/core/provenance/checkpoint'),
    import('@/lib/core/provenance/note'),
    import('@/lib/core/provenance/crypto-noble'),
    import('@/lib/core/provenance/merkle'),
    import('@/lib/core/provenance/bytes'),
  ]);
  try {
    const key = parseVerifierKey(nobleCrypto.sha256, pinned ?? log.verifierKey);
    const now = openCheckpoint(nobleCrypto, log.checkpoint.note, key);
    const seen = seenCheckpoint(log.origin);
    let grown = '';
    if (seen) {
      const before = openCheckpoint(nobleCrypto, seen.note, key);
      if (before.size > now.size) {
        return answer(
          'failed',
          `This browser saw the log at ${before.size} entries; now it has ${now.size}. Entries are gone.`,
        );
      }
      const same = before.size === now.size;
      const proof = same ? [] : await loadConsistency(log.id, before.size, now.size);
      const hashes = proof?.map((text) => fromBase64(text) ?? new Uint8Array()) ?? null;
      const holds =
        hashes !== null &&
        (same
          ? equalBytes(before.root, now.root)
          : before.size === 0 ||
            verifyConsistency(nobleCrypto.sha256, before.size, before.root, now.size, now.root, hashes));
      if (!holds)
        return answer(
          'failed',
          `The log is not a continuation of what this browser saw at ${countWords(before.size)} entries.`,
        );
      grown = same
        ? ' Unchanged since you last looked.'
        : ` It only grew since you last looked, at ${countWords(before.size)} entries.`;
    }
    rememberCheckpoint(log.origin, { note: log.checkpoint.note, at });
    return answer('ok', `Signature holds for ${countWords(now.size)} entries.${grown}`);
  } catch (error) {
    if (error instanceof NoteError) return answer('failed', `The checkpoint does not hold: ${error.message}.`);
    throw error;
  }
}
