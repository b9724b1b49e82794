import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toBase64, utf8 } from '@/lib/core/provenance/bytes';
import { signCheckpoint } from '@/lib/core/provenance/checkpoint';
import { encodeLeaf } from '@/lib/core/provenance/leaf';
import { leafHash } from '@/lib/core/provenance/merkle';
import { formatVerifierKey } from '@/lib/core/provenance/note';
import { consistencyProof, inclusionProof } from '@/lib/core/provenance/proof';
import { rawPublicKey, sha256, signerOf } from '@/lib/platform/crypto';
import { MemoryLog } from '../core/provenance/memory-log';
import { buildGoVerifier } from '../support/go';

// Somebody else's verifier: the note and tlog packages of Go's checksum database.
const folder = mkdtempSync(join(tmpdir(), 'custody-go-'));
const program = join(folder, 'verify');
let missing: string | null = null;

beforeAll(() => {
  missing = buildGoVerifier(program);
}, 130_000);
afterAll(() => rmSync(folder, { recursive: true }));

const { privateKey } = generateKeyPairSync('ed25519');
const publicKey = rawPublicKey(privateKey);
const origin = 'custody.local/kafka/mcp.audit.v1/0';

const leafData = (index: number) =>
  encodeLeaf({
    v: 1,
    id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    source: 'urn:mcp:src:test:tap:1',
    event_hash: 'ab'.repeat(32),
    recorded_at: '2026-11-21T12:00:00.000Z',
  });

async function evidence(index: number, oldSize: number, size: number) {
  const log = new MemoryLog();
  const leaves = Array.from({ length: size }, (_, i) => leafHash(sha256, leafData(i)));
  const sign = (root: Uint8Array, of: number) =>
    signCheckpoint(sha256, { origin, size: of, root }, publicKey, signerOf(privateKey));
  const old = sign(log.append(leaves.slice(0, oldSize)), oldSize);
  const now = sign(log.append(leaves.slice(oldSize)), size);
  return {
    VerifierKey: formatVerifierKey(sha256, { name: origin, publicKey }),
    Old: old,
    New: now,
    Leaf: toBase64(utf8(leafData(index))),
    Index: index,
    Inclusion: (await inclusionProof(sha256, log.readTiles, index, size)).map(toBase64),
    Consistency: (await consistencyProof(sha256, log.readTiles, oldSize, size)).map(toBase64),
  };
}

const verify = (input: unknown) => spawnSync(program, { input: JSON.stringify(input), encoding: 'utf8' });

describe('golang.org/x/mod/sumdb', () => {
  it.for([
    [0, 1, 2],
    [255, 255, 256],
    [256, 256, 257],
    [700, 512, 701],
    [69_999, 42_001, 70_000],
    [0, 65_536, 70_000],
  ])('accepts leaf %i, from %i to %i entries', async ([index = 0, old = 0, size = 0], { skip }) => {
    if (missing) skip(missing);
    const input = await evidence(index, old, size);
    const run = verify(input);
    expect(run.stderr).toBe('');
    expect(run.stdout.split('\n')).toEqual(expect.arrayContaining(['inclusion', 'consistency']));
    expect(run.status).toBe(0);
  });

  it('refuses what was changed', async ({ skip }) => {
    if (missing) skip(missing);
    const input = await evidence(5, 100, 300);
    const wrong = [
      { ...input, Index: 6 },
      { ...input, Leaf: toBase64(utf8('{}')) },
      { ...input, New: input.New.replace('\n300\n', '\n301\n') },
      { ...input, Inclusion: input.Inclusion.slice(1) },
      { ...input, Consistency: [...input.Consistency].reverse() },
    ];
    for (const one of wrong) expect(verify(one).status).toBe(1);
  });
});
