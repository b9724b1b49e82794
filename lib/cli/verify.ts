import { readFileSync, writeFileSync } from 'node:fs';
import { decodeJson } from '../core/event/decode';
import { isObject, type Json } from '../core/event/json';
import { BundleError } from '../core/provenance/bundle/line-cutter';
import { BundleVerifier, looksLikeBundle } from '../core/provenance/bundle/verify-bundle';
import { parseVerifierKey, type VerifierKey } from '../core/provenance/note';
import { parsePolicy, type WitnessPolicy } from '../core/provenance/policy';
import { verifyProofFile } from '../core/provenance/proof-file';
import { readReceiptKeys } from '../core/provenance/receipts/keys';
import { certificatesOfPem, verifyTimestamp } from '../core/provenance/timestamp';
import { isTlogProof } from '../core/provenance/tlog-proof';
import { exitCodeOf, worse } from '../core/provenance/verdict';
import { verifyTlogProof } from '../core/provenance/verify-tlog-proof';
import { nodeCrypto, sha256 } from '../platform/crypto';
import { pushAll } from './bundle-threads';
import { isDisclosure, reportDisclosures } from './verify-disclosures';
import { type Input, openInput, readWhole } from './verify-input';
import { reportReceipts } from './verify-receipts';
import { describeBundle, describeProof, type Report } from './verify-report';

export interface VerifyOptions {
  /** Verifier keys of logs that the reader has from elsewhere. */
  logKey?: string[];
  /** File with a witness policy (c2sp.org/tlog-policy). */
  policy?: string;
  /** File with certificates of timestamp authorities, PEM. */
  tsa?: string;
  /** File with keys of other people's receipts. */
  receiptKeys?: string;
  /** Hashes of receipts that the reader has from elsewhere. */
  receiptRoot?: string[];
  /** Files with proofs of the events whose disclosed values are checked. */
  proof?: string[];
  /** Where the report goes as JSON; `-` is standard output, and then nothing else. */
  json?: string;
}

interface Trust {
  logKeys: VerifierKey[];
  policy: WitnessPolicy | undefined;
  authorities: Uint8Array[] | null;
}

/**
 * `custody verify FILE`: checks a bundle, a proof file or a list of them, a tlog-proof, disclosed values, or other people's receipts, without network or
 * database. `bundleThread`: the script that helps with bundles, if it is to. Answers the exit code (core/provenance/verdict.ts). Throws with one line for a person where the file is none of these.
 */
export async function runVerify(
  file: string,
  options: VerifyOptions = {},
  bundleThread: URL | null = null,
): Promise<number> {
  const trust = readTrust(options);
  const input = await openInput(file);
  const report = looksLikeBundle(input.start)
    ? await verifyBundle(input, trust, bundleThread)
    : await verifyOther(input, trust, options);
  const json = `${JSON.stringify({ ...report.json, exit_code: report.exitCode }, null, 2)}\n`;
  if (options.json === '-') {
    process.stdout.write(json);
  } else {
    process.stdout.write(report.text);
    if (options.json !== undefined) writeFileSync(options.json, json);
  }
  return report.exitCode;
}

function readTrust({ logKey = [], policy: policyFile, tsa }: VerifyOptions): Trust {
  const policy = policyFile === undefined ? undefined : parsePolicy(sha256, readFileSync(policyFile, 'utf8'));
  return {
    logKeys: [...logKey.map((text) => parseVerifierKey(sha256, text)), ...(policy?.logs ?? [])],
    policy,
    authorities: tsa === undefined ? null : certificatesOfPem(readFileSync(tsa, 'utf8')),
  };
}

async function verifyBundle(
  { chunks }: Input,
  { logKeys, policy, authorities }: Trust,
  thread: URL | null,
): Promise<Report> {
  const verifier = new BundleVerifier(nodeCrypto, {
    logKeys,
    ...(policy && { policy }),
    readTimestamp: (token, text) => verifyTimestamp(token, text, authorities),
  });
  const progress = new Progress();
  await pushAll(verifier, chunks, thread, (bytes) => progress.report(bytes, verifier.lines));
  progress.end();
  return describeBundle(await verifier.finish(), policy !== undefined);
}

async function verifyOther(input: Input, trust: Trust, options: VerifyOptions): Promise<Report> {
  const bytes = await readWhole(input);
  const text = bytes.toString('utf8');
  if (isTlogProof(text)) {
    const { logKeys, policy } = trust;
    return describeProof('tlog-proof', verifyTlogProof(nodeCrypto, text, { logKeys, policy }), policy !== undefined);
  }
  const read = decodeJson(bytes, { bytes: bytes.length, depth: 64, members: 5_000_000 });
  const list = read.ok && Array.isArray(read.value.value) ? read.value.value : [read.ok ? read.value.value : null];
  const disclosures = list.filter(isDisclosure);
  if (disclosures.length > 0) {
    const beside = (options.proof ?? []).map(readJson).flatMap((value) => proofsIn(value) ?? []);
    return reportDisclosures(disclosures, [...list.filter((item) => !isDisclosure(item)), ...beside], trust);
  }
  const proofs = read.ok ? proofsIn(read.value.value) : null;
  if (proofs) return verifyProofs(proofs, trust);
  const keys = options.receiptKeys === undefined ? [] : readReceiptKeys(readJson(options.receiptKeys));
  const receipts = reportReceipts(bytes, { keys, ...(options.receiptRoot && { roots: options.receiptRoot }) });
  if (receipts) return receipts;
  throw new BundleError(
    `this is neither a bundle, nor a proof file, nor a receipt that Custody knows${read.ok ? '' : `: ${read.refusal.detail}`}`,
  );
}

function readJson(file: string): Json {
  const decoded = decodeJson(readFileSync(file));
  if (!decoded.ok) throw new BundleError(`${file}: ${decoded.refusal.detail}`);
  return decoded.value.value;
}

/** The proof files in a JSON value; null where it holds something else. */
function proofsIn(value: Json): Json[] | null {
  const list = Array.isArray(value) ? value : [value];
  const isProof = (item: Json) =>
    isObject(item) && typeof item.format === 'string' && item.format.startsWith('custody.proof/');
  return list.length > 0 && list.every(isProof) ? list : null;
}

function verifyProofs(proofs: Json[], { logKeys, policy }: Trust): Report {
  const reports = proofs.map((proof) => {
    const { leaf } = proof as { leaf?: { id?: unknown } };
    return describeProof(
      String(leaf?.id),
      verifyProofFile(nodeCrypto, proof, { logKeys, policy }),
      policy !== undefined,
    );
  });
  const verdict = reports.map((report) => report.verdict).reduce(worse);
  return {
    verdict,
    exitCode: exitCodeOf(verdict, policy !== undefined),
    text: reports.map(({ text }) => text).join(''),
    json: { kind: 'proofs', verdict, proofs: reports.map(({ json }) => json) },
  };
}

/** Says on standard error how far it is, where a person watches and it takes a while. */
class Progress {
  #bytes = 0;
  #saidAt = performance.now();
  #said = false;

  report(bytes: number, lines: number): void {
    this.#bytes += bytes;
    if (!process.stderr.isTTY || performance.now() - this.#saidAt < 500) return;
    this.#saidAt = performance.now();
    this.#said = true;
    process.stderr.write(`\r${lines.toLocaleString('en')} lines, ${Math.round(this.#bytes / 1e6)} MB `);
  }

  end(): void {
    if (this.#said) process.stderr.write('\n');
  }
}
