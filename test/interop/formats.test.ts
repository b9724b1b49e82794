import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { utf8 } from '@/lib/core/provenance/bytes';
import { signCheckpoint } from '@/lib/core/provenance/checkpoint';
import { leafHash } from '@/lib/core/provenance/merkle';
import { cosignatureType, formatVerifierKey, parseVerifierKey } from '@/lib/core/provenance/note';
import { parsePolicy } from '@/lib/core/provenance/policy';
import { inclusionProof } from '@/lib/core/provenance/proof';
import { formatTlogProof } from '@/lib/core/provenance/tlog-proof';
import { countWitnesses, readCosignature } from '@/lib/core/provenance/witness';
import { nodeCrypto, rawPublicKey, sha256, signerOf } from '@/lib/platform/crypto';
import { MemoryLog } from '../core/provenance/memory-log';
import { buildGoVerifier } from '../support/go';
import { TestWitness } from '../support/witness';

// Somebody else's readers of proofs, policies and cosignatures: github.com/transparency-dev/formats.
const folder = mkdtempSync(join(tmpdir(), 'custody-formats-'));
const program = join(folder, 'formats');
let missing: string | null = null;
beforeAll(() => {
  missing = buildGoVerifier(program, 'go-formats');
}, 130_000);
afterAll(() => rmSync(folder, { recursive: true }));

const { privateKey } = generateKeyPairSync('ed25519');
const publicKey = rawPublicKey(privateKey);
const origin = 'custody.test/http';
const logKey = formatVerifierKey(sha256, { name: origin, publicKey });
const leafOf = (index: number) => `{"index":${index}}`;

async function proofOf(index: number, size: number, witnesses: TestWitness[] = []): Promise<string> {
  const log = new MemoryLog();
  const root = log.append(Array.from({ length: size }, (_, i) => leafHash(sha256, leafOf(i))));
  const note = signCheckpoint(sha256, { origin, size, root }, publicKey, signerOf(privateKey));
  const lines = witnesses.map((witness) => witness.cosign(note)).join('');
  const hashes = await inclusionProof(sha256, log.readTiles, index, size);
  return formatTlogProof({ extra: utf8(leafOf(index)), index, hashes, checkpoint: note + lines });
}

const ask = (input: object, ...args: string[]) =>
  spawnSync(program, args, { input: JSON.stringify(input), encoding: 'utf8' });

describe('transparency-dev/formats', () => {
  it.for([
    [0, 1],
    [0, 2],
    [255, 256],
    [256, 257],
    [700, 1_000],
  ])(
    'reads the tlog-proof of entry %i of %i, writes it the same way, and finds the entry in the tree',
    async ([index = 0, size = 0], { skip }) => {
      if (missing) skip(missing);
      const Proof = await proofOf(index, size);
      expect(ask({ Proof, LogKey: logKey })).toMatchObject({ status: 0, stderr: '', stdout: 'inclusion\n' });
      const wrong = Proof.replace(`index ${index}\n`, `index ${index + 1}\n`);
      expect(ask({ Proof: wrong, LogKey: logKey }).status).toBe(1);
    },
  );

  it('finds the same quorum met as we do, whoever cosigned', async ({ skip }) => {
    if (missing) skip(missing);
    const witnesses = Array.from({ length: 5 }, (_, n) => new TestWitness(`w${n}.example`));
    const Policy = `${[
      `log ${logKey}`,
      ...witnesses.map((witness, n) => `witness w${n} ${witness.vkey} https://w${n}.example`),
      '#custody:organisation A: w0 w1',
      '#custody:organisation B: w2 w3 w4',
      'group a any w0 w1',
      'group b 2 w2 w3 w4',
      'group both all a b',
      'quorum both',
    ].join('\n')}\n`;
    const policy = parsePolicy(sha256, Policy);
    for (let set = 0; set < 32; set++) {
      const Proof = await proofOf(
        3,
        7,
        witnesses.filter((_, n) => set & (1 << n)),
      );
      const { met } = countWitnesses(nodeCrypto, policy, Proof.slice(Proof.indexOf('\n\n') + 2));
      const run = ask({ Proof, LogKey: logKey, Policy });
      expect({ set, said: run.stdout, stderr: run.stderr }).toEqual({
        set,
        said: `inclusion\npolicy ${met}\n`,
        stderr: '',
      });
      expect(met).toBe((set & 3) !== 0 && [4, 8, 16].filter((bit) => set & bit).length >= 2);
    }
  }, 60_000);

  it('cosigns what we verify', async ({ skip }) => {
    if (missing) skip(missing);
    const note = signCheckpoint(sha256, { origin, size: 7, root: sha256('root') }, publicKey, signerOf(privateKey));
    const run = ask({ Checkpoint: note, Name: 'witness.example/go' }, 'cosign');
    expect(run.stderr).toBe('');
    const { vkey, lines } = JSON.parse(run.stdout);
    const key = parseVerifierKey(sha256, vkey, cosignatureType);
    expect(key.name).toBe('witness.example/go');
    const { time } = readCosignature(nodeCrypto, note, lines, key);
    expect(Math.abs(time - Date.now() / 1000)).toBeLessThan(60);
    expect(() => readCosignature(nodeCrypto, note.replace('\n7\n', '\n8\n'), lines, key)).toThrow(/does not verify/);
  });
});
