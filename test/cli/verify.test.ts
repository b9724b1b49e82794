import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { runVerify } from '@/lib/cli/verify';
import { toBase64, toHex } from '@/lib/core/provenance/bytes';
import { signCheckpoint } from '@/lib/core/provenance/checkpoint';
import { consoleSource, hashLeaf, type LeafRecord } from '@/lib/core/provenance/leaf';
import { formatVerifierKey } from '@/lib/core/provenance/note';
import { inclusionProof } from '@/lib/core/provenance/proof';
import { ProofFileError } from '@/lib/core/provenance/proof-file';
import { rawPublicKey, sha256, signerOf } from '@/lib/platform/crypto';
import { MemoryLog } from '../core/provenance/memory-log';

const folder = mkdtempSync(join(tmpdir(), 'custody-verify-'));
afterAll(() => rmSync(folder, { recursive: true }));

const { privateKey } = generateKeyPairSync('ed25519');
const publicKey = rawPublicKey(privateKey);
const log_key = formatVerifierKey(sha256, { name: 'custody.local/console', publicKey });
const body = '{"id":"00000000-0000-4000-8000-000000000001"}';

async function proof() {
  const leaf: LeafRecord = {
    v: 1,
    id: '00000000-0000-4000-8000-000000000001',
    source: consoleSource,
    event_hash: toHex(sha256(body)),
    recorded_at: '2026-11-21T12:00:00.000Z',
  };
  const log = new MemoryLog();
  const root = log.append([sha256('other'), hashLeaf(sha256, leaf), sha256('third')]);
  return {
    format: 'custody.proof/1',
    body,
    leaf,
    index: 1,
    log_key,
    anchor: {
      checkpoint: signCheckpoint(
        sha256,
        { origin: 'custody.local/console', size: 3, root },
        publicKey,
        signerOf(privateKey),
      ),
      inclusion_proof: (await inclusionProof(sha256, log.readTiles, 1, 3)).map(toBase64),
    },
  };
}

/** Exit code and output of the command. */
function custody(content: unknown, options: { logKey?: string } = {}): { code: number; output: string } {
  const file = join(folder, 'proof.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  let output = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += text;
    return true;
  });
  try {
    return { code: runVerify(file, options), output };
  } finally {
    write.mockRestore();
  }
}

describe('custody verify', () => {
  it('ends with a code for each verdict, the worst of a list', async () => {
    const good = await proof();
    const signed = custody(good, { logKey: log_key });
    expect(signed.output).toMatch(/^SIGNED 00000000-0000-4000-8000-000000000001\n {2}ok {5}body/);
    expect(signed.code).toBe(0);
    const { anchor: _, ...waiting } = good;
    expect(custody([good, waiting]).code).toBe(20);
    const changed = custody([good, { ...good, index: 0 }, waiting]);
    expect(changed.output).toMatch(/FAILED inclusion/);
    expect(changed.code).toBe(40);
  });

  it('refuses what is no proof file, and does not call nothing good', async () => {
    expect(() => custody('')).toThrow(SyntaxError);
    for (const content of ['{}', [], { ...(await proof()), log_key: 'x' }]) {
      expect(() => custody(content)).toThrow(ProofFileError);
    }
  });
});
