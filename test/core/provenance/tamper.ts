import { BundleError } from '@/lib/core/provenance/bundle/line-cutter';
import type { BundleReport } from '@/lib/core/provenance/bundle/report';
import { BundleVerifier } from '@/lib/core/provenance/bundle/verify-bundle';
import { toHex } from '@/lib/core/provenance/bytes';
import type { Crypto } from '@/lib/core/provenance/crypto';
import type { VerifierKey } from '@/lib/core/provenance/note';
import { nodeCrypto, sha256 } from '@/lib/platform/crypto';

/** The same library, which remembers what it verified: most of a bundle that was changed is as it was. */
export function rememberingCrypto(): Crypto {
  const known = new Map<string, boolean>();
  return {
    ...nodeCrypto,
    verifyEd25519(publicKey, message, signature) {
      const name = [publicKey, message, signature].map((part) => Buffer.from(part).toString('latin1')).join('\0');
      let holds = known.get(name);
      if (holds === undefined) {
        holds = nodeCrypto.verifyEd25519(publicKey, message, signature);
        if (known.size < 1000) known.set(name, holds);
      }
      return holds;
    },
  };
}

/** What the verifier says of these bytes; a string where it takes them for no bundle. */
export async function judge(
  crypto: Crypto,
  bytes: Uint8Array,
  logKeys: readonly VerifierKey[],
): Promise<BundleReport | string> {
  try {
    const verifier = new BundleVerifier(crypto, { logKeys });
    verifier.push(bytes);
    return await verifier.finish();
  } catch (error) {
    if (error instanceof BundleError) return error.message;
    throw error;
  }
}

/** Found, and named: a verdict that is none of the good ones, and a first problem that says where and why. */
export function isNamed(report: BundleReport | string): boolean {
  if (typeof report === 'string') return report.length > 0;
  const [first] = report.problems;
  return !['WITNESSED', 'SIGNED'].includes(report.verdict) && !!first && first.where !== '' && first.reason !== '';
}

/** The lines of a bundle, each character a byte; without its end. */
export const linesOf = (bundle: string): string[] =>
  Buffer.from(bundle).toString('latin1').trimEnd().split('\n').slice(0, -1);

/** Lines with an end that fits them, as whoever changed them would make it; only the maker's signature is missing. */
export function withNewEnd(lines: readonly string[]): Buffer {
  const body = Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1');
  const counts: Record<string, number> = {};
  for (const line of lines) {
    const type = typeNames.find((name) => line.includes(`"type":"${name}"`)) ?? 'entry';
    counts[type] = (counts[type] ?? 0) + 1;
  }
  const sorted = Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
  const end = { counts: sorted, digest: toHex(sha256(body)), lines: lines.length, type: 'end' };
  return Buffer.concat([body, Buffer.from(`${JSON.stringify(end)}\n`)]);
}

const typeNames = ['header', 'checkpoint', 'others', 'batch', 'chain'];
