import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { runVerify, type VerifyOptions } from '@/lib/cli/verify';
import { fromBase64, toBase64, toBase64url, toHex } from '@/lib/core/provenance/bytes';
import { signCheckpoint } from '@/lib/core/provenance/checkpoint';
import { commit } from '@/lib/core/provenance/commitment';
import { consoleSource, encodeLeaf, hashLeaf, type LeafRecord } from '@/lib/core/provenance/leaf';
import { cosignatureType, formatVerifierKey } from '@/lib/core/provenance/note';
import { inclusionProof } from '@/lib/core/provenance/proof';
import { formatTlogProof } from '@/lib/core/provenance/tlog-proof';
import { cosign } from '@/lib/core/provenance/witness';
import { nodeCrypto, rawPublicKey, sha256, signerOf } from '@/lib/platform/crypto';
import { MemoryLog } from '../core/provenance/memory-log';
import { sampleBundle, sampleConsole, sampleLog } from '../core/provenance/sample-bundle';

const folder = mkdtempSync(join(tmpdir(), 'custody-verify-'));
afterAll(() => rmSync(folder, { recursive: true }));

const { privateKey } = generateKeyPairSync('ed25519');
const publicKey = rawPublicKey(privateKey);
const log_key = formatVerifierKey(sha256, { name: 'custody.local/console', publicKey });
const pairKey = (name: string) => {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { name, publicKey: rawPublicKey(privateKey), sign: signerOf(privateKey) };
};
const plainBody = '{"id":"00000000-0000-4000-8000-000000000001"}';

async function proof(body = plainBody) {
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
async function custody(content: unknown, options: VerifyOptions = {}): Promise<{ code: number; output: string }> {
  const file = join(folder, 'input');
  const plain = typeof content === 'string' || content instanceof Uint8Array;
  writeFileSync(file, plain ? content : JSON.stringify(content));
  let output = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += text;
    return true;
  });
  try {
    return { code: await runVerify(file, options), output };
  } finally {
    write.mockRestore();
  }
}

describe('custody verify', () => {
  it('ends with a code for each verdict, the worst of a list', async () => {
    const good = await proof();
    const signed = await custody(good, { logKey: [log_key] });
    expect(signed.output).toMatch(/^SIGNED 00000000-0000-4000-8000-000000000001\n {2}ok {5}body/);
    expect(signed.output).toMatch(/holds anchored/);
    expect(signed.code).toBe(0);
    const { anchor: _, ...waiting } = good;
    expect((await custody([good, waiting])).code).toBe(15);
    const changed = await custody([good, { ...good, index: 0 }, waiting]);
    expect(changed.output).toMatch(/FAILED inclusion/);
    expect(changed.code).toBe(40);
  });

  it('asks for witnesses where a policy is given', async () => {
    const key = pairKey('witness.example');
    const text = (await proof()).anchor.checkpoint.split('\n\n')[0] as string;
    const line = cosign(nodeCrypto, `${text}\n`, key, 1_763_700_000, key.sign);
    const policy = join(folder, 'policy');
    writeFileSync(policy, `witness w1 ${formatVerifierKey(sha256, key, cosignatureType)}\nquorum w1\n`);
    const alone = await proof();
    expect((await custody(alone, { policy })).code).toBe(10);
    const cosigned = { ...alone, anchor: { ...alone.anchor, checkpoint: alone.anchor.checkpoint + line } };
    const report = await custody(cosigned, { policy });
    expect(report.output).toMatch(/^WITNESSED /);
    expect(report.output).toMatch(/Cosigned by w1/);
    expect(report.code).toBe(0);
  });

  it('checks bundles, and names each thing that is wrong', async () => {
    const logs = [sampleConsole(), sampleLog(70)];
    const logKey = logs.map(({ vkey }) => vkey);
    const bundle = await sampleBundle({ logs, whole: true });
    const good = await custody(bundle, { logKey });
    expect(good.output).toMatch(/^SIGNED bundle of 70 events, made \S+ by ada@example.org\n {2}holds authentic/);
    expect(good.code).toBe(0);
    const lines = bundle.split('\n');
    const dropped = [...lines.slice(0, 20), ...lines.slice(21)].join('\n');
    const report = await custody(dropped, { logKey, json: '-' });
    const { exit_code, problems } = JSON.parse(report.output) as {
      exit_code: number;
      problems: { verdict: string; line: number; reason: string }[];
    };
    expect([report.code, exit_code]).toEqual([40, 40]);
    expect(problems[0]).toMatchObject({
      verdict: 'GAPS',
      line: 21,
      reason: expect.stringMatching(/^before this line entry \d+ of the log/),
    });
    const json = join(folder, 'report.json');
    await custody(bundle, { json });
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ kind: 'bundle', verdict: 'SIGNED', exit_code: 0 });
  });

  it('checks tlog-proofs of C2SP, with a key that the reader has', async () => {
    const { anchor, leaf, index } = await proof();
    const text = formatTlogProof({
      extra: new TextEncoder().encode(encodeLeaf(leaf)),
      index,
      hashes: anchor.inclusion_proof.map((hash) => fromBase64(hash) as Uint8Array),
      checkpoint: anchor.checkpoint,
    });
    expect((await custody(text, { logKey: [log_key] })).code).toBe(0);
    expect((await custody(text.replace('index 1', 'index 0'), { logKey: [log_key] })).code).toBe(40);
    await expect(custody(text)).rejects.toThrow(/give the one of custody.local\/console with --log-key/);
  });

  it('opens disclosed values against the event that its proof shows', async () => {
    const k = new Uint8Array(32).fill(7);
    const id = '00000000-0000-4000-8000-000000000001';
    const [pointer, value] = ['/data/actor/id', 'ada@example.org'];
    const marker = `[redacted:email:${commit(nodeCrypto.hmacSha256, k, id, pointer, value)}]`;
    const event = await proof(JSON.stringify({ data: { actor: { id: marker } }, id }));
    const file = {
      format: 'custody.disclosure/1',
      event: id,
      event_hash: event.leaf.event_hash,
      marker,
      pointer,
      n: 0,
      value,
      k: toBase64url(k),
    };
    const alone = await custody(file);
    expect([alone.code, alone.output]).toEqual([15, expect.stringMatching(/^UNANCHORED .*give it with --proof/)]);
    const within = await custody([event, file], { logKey: [log_key] });
    expect([within.code, within.output]).toEqual([0, expect.stringMatching(/^SIGNED .*opens the commitment in/)]);
    const beside = join(folder, 'proof.json');
    writeFileSync(beside, JSON.stringify(event));
    expect((await custody(file, { logKey: [log_key], proof: [beside] })).code).toBe(0);
    expect((await custody([event, { ...file, value: 'bob@example.org' }])).code).toBe(40);
    const other = await proof(JSON.stringify({ data: {}, id }));
    expect((await custody([other, { ...file, event_hash: other.leaf.event_hash }])).output).toMatch(/no such marker/);
    expect((await custody([event, { ...file, k: 5 }])).code).toBe(40);
    expect((await custody([{ ...event, body: `${event.body}}` }, file])).code).toBe(40);
  });

  it('refuses what it can not check, and does not call nothing good', async () => {
    const good = await proof();
    for (const content of ['', '{}', [], 'hello', { ...good, log_key: 'x' }, `{"a":${'['.repeat(1e5)}`]) {
      await expect(custody(content)).rejects.toThrow();
    }
    await expect(custody(`${JSON.stringify(good).slice(0, -1)},"index":1}`)).rejects.toThrow(/stands twice/);
    await expect(custody(gzipSync('hello'))).rejects.toThrow(/packed \(gzip\)/);
    const header = (await sampleBundle({ logs: [sampleConsole()] })).split('\n')[0];
    await expect(custody(`${header}\n${'x'.repeat(9 << 20)}`)).rejects.toThrow(/line 2 is longer than/);
    await expect(custody(' '.repeat(65 << 20))).rejects.toThrow(/more than 64 MiB/);
  });
});
