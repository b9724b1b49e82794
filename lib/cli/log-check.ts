import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCheckpoint } from '../core/provenance/checkpoint';
import { NoteError, parseNote, parseVerifierKey, type VerifierKey } from '../core/provenance/note';
import { parsePolicy, type WitnessPolicy } from '../core/provenance/policy';
import { certificatesOfPem } from '../core/provenance/timestamp';
import { countWitnesses } from '../core/provenance/witness';
import { nodeCrypto, sha256 } from '../platform/crypto';
import { printable } from '../platform/printable';
import { logFiles, logFoldersIn, readIfThere } from './log-folder';
import { checkFolder, type FolderReport } from './log-folder-check';

export interface CheckOptions {
  /** Verifier keys that the reader has from elsewhere. */
  logKey?: string[];
  /** File of a witness policy. */
  policy?: string;
  /** File with certificates of timestamp authorities, PEM. */
  tsa?: string;
}

/** As `custody verify` has them: all fits, the policy is not met, something contradicts. */
const codes = { ok: 0, unwitnessed: 10, invalid: 40 };

/**
 * `custody log check DIR`: rebuilds each exported log in a folder from its entries, without database or network. Answers the exit code.
 * Throws where there is no log, or no key for one.
 */
export async function checkLogs(dir: string, options: CheckOptions): Promise<number> {
  const keys = (options.logKey ?? []).map((text) => parseVerifierKey(sha256, text));
  const policy = options.policy === undefined ? null : parsePolicy(sha256, readFileSync(options.policy, 'utf8'));
  const authorities = options.tsa === undefined ? null : certificatesOfPem(readFileSync(options.tsa, 'utf8'));
  const folders = logFoldersIn(dir);
  if (folders.length === 0) throw new Error(`there is no exported log in ${dir}; custody log export DIR writes them`);
  let code = codes.ok;
  for (const folder of folders)
    code = Math.max(code, await checkOne(folder, [...keys, ...(policy?.logs ?? [])], policy, authorities));
  return code;
}

async function checkOne(
  folder: string,
  pinned: VerifierKey[],
  policy: WitnessPolicy | null,
  authorities: Uint8Array[] | null,
): Promise<number> {
  try {
    const { key, isPinned } = keyOf(folder, pinned);
    const report = await checkFolder(folder, key, authorities, showProgress(key.name));
    const count = policy && countWitnesses(nodeCrypto, policy, report.note);
    const refused =
      count?.refused.map((name) => `${logFiles.checkpoint}: the cosignature of ${name} does not verify`) ?? [];
    const findings = [...report.findings, ...refused];
    const words = [
      `${findings.length > 0 ? 'INVALID' : 'OK'} ${report.origin}: ${describe(report)}`,
      ...(isPinned
        ? []
        : ['  the log key came with the folder: compare it with one from elsewhere, or give --log-key']),
      ...(count
        ? [`  witnesses: ${count.organisations.join(', ') || 'none'}; the policy is ${count.met ? '' : 'not '}met`]
        : []),
      ...report.timestamps.map(
        ({ size, time, signer, trusted }) =>
          `  stamped ${time} at ${size} entries by ${signer}${trusted ? '' : ' (not known: give --tsa)'}`,
      ),
      ...findings.map((finding) => `  ${finding}`),
    ];
    process.stdout.write(`${words.map(printable).join('\n')}\n`);
    if (findings.length > 0) return codes.invalid;
    return count && !count.met ? codes.unwitnessed : codes.ok;
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    process.stdout.write(`${printable(`INVALID ${folder}: ${error.message}`)}\n`);
    return codes.invalid;
  }
}

const describe = ({ size, pruned }: FolderReport): string =>
  `${size} entries lead to the tiles, and the tiles to the signed root${
    pruned > 0 ? `; of ${pruned} bundles only the hashes, because retention took entries away` : ''
  }`;

/** The pinned key of the folder's log, else the key in the folder. */
function keyOf(folder: string, pinned: VerifierKey[]): { key: VerifierKey; isPinned: boolean } {
  const read = (name: string) => new TextDecoder().decode(readIfThere(join(folder, name)) ?? new Uint8Array(0));
  const { origin } = parseCheckpoint(parseNote(read(logFiles.checkpoint)).text);
  const known = pinned.find(({ name }) => name === origin);
  if (known) return { key: known, isPinned: true };
  if (pinned.length > 0) throw new NoteError(`none of the given keys is of ${origin}`);
  return { key: parseVerifierKey(sha256, read(logFiles.key).trim()), isPinned: false };
}

/** At most one line in a second where a person watches, else in ten. */
function showProgress(origin: string): (done: number, total: number) => void {
  let next = performance.now() + 1000;
  return (done, total) => {
    if (performance.now() < next) return;
    next = performance.now() + (process.stderr.isTTY ? 1000 : 10_000);
    process.stderr.write(`${printable(origin)}: ${done} of ${total} entries (${Math.floor((done / total) * 100)} %)\n`);
  };
}
