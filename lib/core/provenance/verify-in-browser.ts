import { nobleCrypto } from './crypto-noble';
import { parseVerifierKey } from './note';
import { type ProofFile, verifyProofFile } from './proof-file';
import type { Verification } from './verify';

/**
 * Checks what `proofForEvent` answered, in the reader's own browser: nothing is asked of the server. Give the verifier key that the
 * reader pinned for the log, where there is one. Throws ProofFileError or NoteError for what can't be read at all.
 */
export function verifyInBrowser(proof: ProofFile, pinnedLogKey?: string): Verification {
  const logKeys = pinnedLogKey === undefined ? [] : [parseVerifierKey(nobleCrypto.sha256, pinnedLogKey)];
  return verifyProofFile(nobleCrypto, proof, { logKeys });
}
