import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import { canonicalJson } from '../core/event/canonical';
import { uuidV7 } from '../core/event/id';
import { equalBytes, toHex } from '../core/provenance/bytes';
import { type Checkpoint, openCheckpoint, parseCheckpoint } from '../core/provenance/checkpoint';
import { NoteError, parseNote } from '../core/provenance/note';
import { rootFromTiles } from '../core/provenance/proof';
import { nodeCrypto, sha256 } from '../platform/crypto';
import { checkpointOfSize, latestCheckpoint } from '../store/checkpoint';
import { type EquivocationKind, insertEquivocation } from '../store/equivocations';
import { type LogHead, readLogs } from '../store/log';
import { tileReader } from '../store/tiles';
import { transaction } from '../store/transaction';
import { ServiceError } from './error';
import { recordOwnEvent } from './own-events';

export interface Contradiction {
  log: Pick<LogHead, 'id' | 'origin'>;
  size: number;
  kind: EquivocationKind;
  /** Verifier key or name of a witness, an address, or who handed it in. */
  holder: string;
  /** The checkpoint that they hold, or what the witness answered. */
  theirs: string;
  /** Our newest checkpoint. */
  ours: string;
}

/** Keeps the evidence of two histories, and says so in an event of our own, for which the rules raise an alert; once for each finding. */
export async function noteEquivocation(pool: Pool, found: Contradiction): Promise<void> {
  const { log, size, kind, holder, theirs, ours } = found;
  const id = uuidV7(Date.now(), randomBytes(10));
  const fingerprint = sha256(canonicalJson([log.origin, size, kind, kind === 'refused' ? holder : bodyOf(theirs)]));
  await transaction(async (tx) => {
    if (!(await insertEquivocation(tx, { id, logId: log.id, size, kind, holder, theirs, ours, fingerprint }))) return;
    const equivocation = { id, log: log.origin, size, kind, holder: holder.slice(0, 512) };
    await recordOwnEvent(tx, { type: 'log.equivocation', data: { equivocation } });
  }, pool);
}

const bodyOf = (note: string): string => parseNote(note).text;

export interface Comparison {
  outcome: 'agrees' | 'other_root' | 'beyond';
  origin: string;
  size: number;
  /** Hexadecimal. */
  root: string;
  /** Entries under our newest checkpoint. */
  signed: number;
}

/**
 * Compares a checkpoint that somebody else holds with what we have; a contradiction is kept as evidence. Only what our own key signed
 * can contradict. Throws ServiceError `invalid` for what is no checkpoint or not signed by that key, `not_found` for another's log.
 */
export async function compareCheckpoint(
  pool: Pool,
  note: string,
  holder: string,
  logPublicKey: Uint8Array,
): Promise<Comparison> {
  const { log, theirs } = await readTheirs(pool, note, logPublicKey);
  // After theirs was read: what is signed from now on only makes ours longer.
  const ours = await latestCheckpoint(pool, log.id);
  const signed = ours?.size ?? 0;
  const outcome =
    theirs.size > signed
      ? 'beyond'
      : equalBytes(await rootAt(pool, log, theirs.size), theirs.root)
        ? 'agrees'
        : 'other_root';
  if (outcome !== 'agrees') {
    await noteEquivocation(pool, {
      log,
      size: theirs.size,
      kind: outcome,
      holder,
      theirs: note,
      ours: ours?.note ?? '',
    });
  }
  return { outcome, origin: log.origin, size: theirs.size, root: toHex(theirs.root), signed };
}

async function readTheirs(
  pool: Pool,
  note: string,
  publicKey: Uint8Array,
): Promise<{ log: LogHead; theirs: Checkpoint }> {
  try {
    const { origin } = parseCheckpoint(parseNote(note).text);
    const log = (await readLogs(pool)).find((one) => one.origin === origin);
    if (!log)
      throw new ServiceError(
        'not_found',
        `No log here is called ${origin.slice(0, 200)}.`,
        'custody log key names the logs.',
      );
    return { log, theirs: openCheckpoint(nodeCrypto, note, { name: origin, publicKey }) };
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    throw new ServiceError(
      'invalid',
      `This is not a checkpoint that our key signed: ${error.message}.`,
      'Send a checkpoint whole, with its signature lines; one that our key did not sign proves nothing against us.',
    );
  }
}

/** What we signed at this size; where we signed none, what the entries lead to. */
async function rootAt(pool: Pool, log: LogHead, size: number): Promise<Uint8Array> {
  const signed = await checkpointOfSize(pool, log.id, size);
  return signed ? signed.root : rootFromTiles(sha256, tileReader(pool, log), size);
}
