import { fromBase64, toBase64 } from './bytes';
import type { Crypto, Sha256, Sign } from './crypto';
import { NoteError, openNote, signNote, type VerifierKey } from './note';

/** Checkpoints of c2sp.org/tlog-checkpoint: origin, tree size and root hash of a log, as a signed note. */

export interface Checkpoint {
  origin: string;
  size: number;
  /** 32 bytes. */
  root: Uint8Array;
}

export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  if (origin === '' || /[\n\r]/.test(origin)) throw new NoteError('an origin is one line and not empty');
  if (!Number.isSafeInteger(size) || size < 0 || root.length !== 32)
    throw new NoteError('not the size and root of a tree');
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** Reads a checkpoint's text. Extension lines are refused: our logs have none. Throws NoteError. */
export function parseCheckpoint(text: string): Checkpoint {
  const match = /^([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n$/.exec(text);
  const [, origin = '', digits = '', encoded = ''] = match ?? [];
  const root = fromBase64(encoded);
  const size = Number(digits);
  if (!match || root?.length !== 32)
    throw new NoteError('a checkpoint is three lines: origin, size, base64 of the root');
  if (!Number.isSafeInteger(size)) throw new NoteError('the size of the checkpoint is beyond 2^53');
  return { origin, size, root };
}

/** The note of a checkpoint. The key's name is the log's origin. */
export function signCheckpoint(sha256: Sha256, checkpoint: Checkpoint, publicKey: Uint8Array, sign: Sign): string {
  return signNote(sha256, formatCheckpoint(checkpoint), { name: checkpoint.origin, publicKey }, sign);
}

/** The checkpoint in a note that this key signed for its own log. Throws NoteError. */
export function openCheckpoint(crypto: Crypto, note: string, key: VerifierKey): Checkpoint {
  const checkpoint = parseCheckpoint(openNote(crypto, note, key));
  if (checkpoint.origin !== key.name) {
    throw new NoteError(`the checkpoint is of ${checkpoint.origin}, the key is of ${key.name}`);
  }
  return checkpoint;
}
