import { readFileSync } from 'node:fs';
import { ProofFileError, verifyProofFile } from '../core/provenance/proof-file';
import type { Check, Verdict, Verification } from '../core/provenance/verify';
import { nodeCrypto } from '../platform/crypto';
import { printable } from '../platform/printable';

/** Exit codes of `custody verify`, by the worst verdict in the file; 2 for a file that can't be read. */
export const verdictCodes: Record<Verdict, number> = { signed: 0, unanchored: 20, invalid: 40 };

const marks: Record<Check['outcome'], string> = { ok: 'ok    ', failed: 'FAILED', open: 'open  ' };

/**
 * `custody verify FILE`: checks a proof file, or a list of them, without network or database. `logKey`: a verifier key that you have from
 * elsewhere; without it the file's own is believed. Answers the exit code. Throws ProofFileError, NoteError, or for a file that is not JSON.
 */
export function runVerify(file: string, { logKey }: { logKey?: string }): number {
  const content: unknown = JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'));
  const proofs = Array.isArray(content) ? content : [content];
  if (proofs.length === 0) throw new ProofFileError('not a proof file: an empty list');
  let code = 0;
  for (const proof of proofs) {
    const verification = verifyProofFile(nodeCrypto, proof, logKey);
    process.stdout.write(describe((proof as { leaf: { id: string } }).leaf.id, verification));
    code = Math.max(code, verdictCodes[verification.verdict]);
  }
  return code;
}

function describe(id: string, { verdict, checks }: Verification): string {
  const lines = checks.map(
    ({ name, outcome, detail }) => `  ${marks[outcome]} ${name.padEnd(20)} ${printable(detail)}`,
  );
  return [`${verdict.toUpperCase()} ${id}`, ...lines, ''].join('\n');
}
