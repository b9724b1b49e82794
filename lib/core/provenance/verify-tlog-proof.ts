import { parseCheckpoint } from './checkpoint';
import type { Crypto } from './crypto';
import { encodeLeaf, type LeafRecord } from './leaf';
import { parseNote } from './note';
import { ProofFileError, type ReaderTrust } from './proof-file';
import { parseTlogProof } from './tlog-proof';
import { type Evidence, type Verification, verifyEvidence } from './verify';

/**
 * Checks a proof file of c2sp.org/tlog-proof whose `extra` line holds the leaf, as ours do. Such a file has no log key: the reader's
 * own must name the log. Throws ProofFileError or NoteError where it can't be read.
 */
export function verifyTlogProof(crypto: Crypto, text: string, { logKeys = [], policy }: ReaderTrust): Verification {
  const proof = parseTlogProof(text);
  if (!proof.extra)
    throw new ProofFileError('the proof carries no leaf in its extra line: it proves nothing by itself');
  const { origin } = parseCheckpoint(parseNote(proof.checkpoint).text);
  const logKey = logKeys.find(({ name }) => name === origin);
  if (!logKey) throw new ProofFileError(`a tlog-proof has no key of its log: give the one of ${origin} with --log-key`);
  const evidence: Evidence = {
    leaf: readLeaf(proof.extra),
    index: proof.index,
    logKey,
    logKeyFrom: 'reader',
    anchor: { checkpoint: proof.checkpoint, inclusionProof: proof.hashes },
  };
  return verifyEvidence(crypto, evidence, policy);
}

/** The leaf record whose canonical form these bytes are. */
function readLeaf(bytes: Uint8Array): LeafRecord {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const leaf: LeafRecord = JSON.parse(text);
    if (typeof leaf === 'object' && leaf !== null && encodeLeaf(leaf) === text) return leaf;
  } catch {
    // What follows says it.
  }
  throw new ProofFileError('the extra line of the proof is not the canonical JSON of a leaf');
}
