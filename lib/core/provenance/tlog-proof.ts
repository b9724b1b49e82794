import { fromBase64, toBase64, utf8 } from './bytes';
import { type Checkpoint, openCheckpoint, parseCheckpoint } from './checkpoint';
import type { Crypto } from './crypto';
import { encodeLeaf } from './leaf';
import { leafHash, verifyInclusion } from './merkle';
import { NoteError, parseNote, type VerifierKey } from './note';
import type { ProofFile } from './proof-file';

/** Proof files of c2sp.org/tlog-proof. */
export interface TlogProof {
  /** Data that the proof does not cover; ours carry the leaf here, which the proof's hashes then vouch for. */
  extra?: Uint8Array | undefined;
  index: number;
  /** Inclusion proof, 32 bytes each, from the leaf upwards. */
  hashes: Uint8Array[];
  /** Checkpoint with its signature lines. */
  checkpoint: string;
}

const firstLine = 'c2sp.org/tlog-proof@v1';

/** The text of a `.tlog-proof` file. */
export function formatTlogProof({ extra, index, hashes, checkpoint }: TlogProof): string {
  const head = extra === undefined ? [firstLine] : [firstLine, `extra ${toBase64(extra)}`];
  return `${[...head, `index ${index}`, ...hashes.map(toBase64)].join('\n')}\n\n${checkpoint}`;
}

/** Whether this is meant as a `.tlog-proof` file. */
export const isTlogProof = (text: string): boolean => text.startsWith(`${firstLine}\n`);

/** Reads the form of a proof and verifies nothing. Throws NoteError. */
export function parseTlogProof(text: string): TlogProof {
  const end = text.indexOf('\n\n');
  if (!isTlogProof(text) || end < 0)
    throw new NoteError(`a proof begins with ${firstLine}, and a blank line ends its head`);
  const lines = text.slice(0, end).split('\n').slice(1);
  const extra = lines[0]?.startsWith('extra ')
    ? fromBase64((lines.shift() as string).slice('extra '.length))
    : undefined;
  if (extra === null) throw new NoteError('the extra line of the proof is not base64');
  const index = /^index (0|[1-9][0-9]{0,15})$/.exec(lines.shift() ?? '')?.[1];
  if (index === undefined || !Number.isSafeInteger(Number(index))) throw new NoteError('the proof has no index line');
  const hashes = lines.map((line) => fromBase64(line));
  if (lines.length > 64 || !hashes.every((hash) => hash?.length === 32))
    throw new NoteError('the proof has lines that are not hashes');
  const checkpoint = text.slice(end + 2);
  parseCheckpoint(parseNote(checkpoint).text);
  return { extra, index: Number(index), hashes: hashes as Uint8Array[], checkpoint };
}

/**
 * Whether the leaf's data stands where the proof says, in a tree that this log key signed: its checkpoint. Throws NoteError that
 * says what does not hold. Cosignatures are `countWitnesses`' to judge.
 */
export function openTlogProof(
  crypto: Crypto,
  proof: TlogProof,
  leaf: Uint8Array | string,
  logKey: VerifierKey,
): Checkpoint {
  const checkpoint = openCheckpoint(crypto, proof.checkpoint, logKey);
  const { size, root } = checkpoint;
  if (!verifyInclusion(crypto.sha256, leafHash(crypto.sha256, leaf), proof.index, size, proof.hashes, root)) {
    throw new NoteError(`entry ${proof.index} of ${size} does not lead to the signed root`);
  }
  return checkpoint;
}

/** The `.tlog-proof` of what a proof file proves, with the leaf as extra data; null where no checkpoint covers it yet. */
export function tlogProofOf({ leaf, index, anchor }: Pick<ProofFile, 'leaf' | 'index' | 'anchor'>): string | null {
  if (!anchor) return null;
  const hashes = anchor.inclusion_proof.map((hash) => fromBase64(hash) as Uint8Array);
  return formatTlogProof({ extra: utf8(encodeLeaf(leaf)), index, hashes, checkpoint: anchor.checkpoint });
}
