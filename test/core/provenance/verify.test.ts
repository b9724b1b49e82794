import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '@/lib/core/event/canonical';
import type { AuditEvent } from '@/lib/core/event/envelope';
import { toBase64, toHex } from '@/lib/core/provenance/bytes';
import { signCheckpoint } from '@/lib/core/provenance/checkpoint';
import { nobleCrypto } from '@/lib/core/provenance/crypto-noble';
import { formatSequence, hashLeaf, type LeafRecord } from '@/lib/core/provenance/leaf';
import { leafHash } from '@/lib/core/provenance/merkle';
import { formatVerifierKey, NoteError, parseVerifierKey } from '@/lib/core/provenance/note';
import { consistencyProof, inclusionProof } from '@/lib/core/provenance/proof';
import { type ProofFile, ProofFileError, verifyProofFile } from '@/lib/core/provenance/proof-file';
import { signEvent } from '@/lib/core/provenance/signature';
import { type CheckName, verifyEvidence } from '@/lib/core/provenance/verify';
import { verifyInBrowser } from '@/lib/core/provenance/verify-in-browser';
import { nodeCrypto, rawPublicKey, sha256, signerOf } from '@/lib/platform/crypto';
import { MemoryLog } from './memory-log';

const pair = () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { publicKey: rawPublicKey(privateKey), sign: signerOf(privateKey) };
};
const logKey = pair();
const producer = pair();
const origin = 'custody.local/http';
const vkey = formatVerifierKey(sha256, { name: origin, publicKey: logKey.publicKey });

const data: AuditEvent['data'] = { tool: { name: 'read_file' }, actor: { id: 'u1' } };

async function proofOf(
  given: { event?: Partial<AuditEvent>; kid?: string | undefined; unsigned?: boolean; root?: Uint8Array } = {},
) {
  const kid = 'kid' in given ? given.kid : 'key-1';
  const event = {
    specversion: '1.0' as const,
    id: randomUUID(),
    source: 'urn:mcp:src:test:tap:1',
    type: 'mcp.audit.rpc.tools_call.v1',
    time: '2026-11-21T12:00:00.000Z',
    dataschema: 'urn:mcp:audit:1' as const,
    chainepoch: 'e',
    sequence: formatSequence(3n),
    datahash: toHex(sha256(canonicalJson(data))),
    sigkid: 'key-1',
    data,
    ...given.event,
  };
  const stored = given.unsigned ? event : { ...event, sig: signEvent({ ...event, data } as never, producer.sign) };
  const body = canonicalJson(stored);
  const leaf: LeafRecord = {
    v: 1,
    id: event.id,
    source: event.source,
    epoch: event.chainepoch,
    sequence: event.sequence,
    event_hash: toHex(sha256(body)),
    recorded_at: '2026-11-21T12:00:01.000Z',
    ...(kid === undefined ? {} : { kid }),
  };
  const log = new MemoryLog();
  const others = (count: number) => Array.from({ length: count }, () => leafHash(sha256, randomUUID()));
  const oldRoot = log.append([...others(40), hashLeaf(sha256, leaf), ...others(2)]);
  const root = log.append(others(260));
  const sign = (size: number, of: Uint8Array) =>
    signCheckpoint(sha256, { origin, size, root: of }, logKey.publicKey, logKey.sign);
  const proof: ProofFile = {
    format: 'custody.proof/1',
    body,
    leaf: JSON.parse(JSON.stringify(leaf)),
    index: 40,
    log_key: vkey,
    anchor: {
      checkpoint: sign(303, root),
      inclusion_proof: (await inclusionProof(sha256, log.readTiles, 40, 303)).map(toBase64),
      earlier: {
        checkpoint: sign(43, given.root ?? oldRoot),
        consistency_proof: (await consistencyProof(sha256, log.readTiles, 43, 303)).map(toBase64),
      },
    },
    producer_key: { kid: 'key-1', public_key: toBase64(producer.publicKey) },
  };
  return proof;
}

const trusting = (pinned?: string) => ({ logKeys: pinned ? [parseVerifierKey(sha256, pinned)] : [] });

const outcomesOf = (proof: ProofFile, pinned?: string) => {
  const { verdict, checks } = verifyProofFile(nodeCrypto, proof, trusting(pinned));
  const not = (outcome: string): CheckName[] =>
    checks.filter((check) => check.outcome === outcome).map((check) => check.name);
  return { verdict, failed: not('failed'), open: not('open') };
};

describe('verifyProofFile', () => {
  it('finds a whole proof good, with either library', async () => {
    const proof = await proofOf();
    expect(outcomesOf(proof, vkey)).toEqual({ verdict: 'SIGNED', failed: [], open: [] });
    expect(outcomesOf(proof)).toEqual({ verdict: 'SIGNED', failed: [], open: ['log_key'] });
    expect(verifyInBrowser(proof, vkey)).toEqual(verifyProofFile(nodeCrypto, proof, trusting(vkey)));
    expect(verifyInBrowser(proof, vkey).checks).toHaveLength(8);
  });

  it.each<[string, (proof: ProofFile) => void, CheckName[]]>([
    [
      'the body',
      (proof) => {
        proof.body = proof.body?.replace('read_file', 'exec_file');
      },
      ['body'],
    ],
    [
      'the body and its hash',
      (proof) => {
        proof.body = proof.body?.replace('read_file', 'exec_file');
        proof.leaf.event_hash = toHex(sha256(proof.body ?? ''));
      },
      ['inclusion'],
    ],
    [
      'the hash',
      (proof) => {
        proof.leaf.event_hash = '0'.repeat(64);
      },
      ['body', 'inclusion'],
    ],
    [
      'the source',
      (proof) => {
        proof.leaf.source = 'urn:other';
      },
      ['identity', 'inclusion'],
    ],
    [
      'the sequence',
      (proof) => {
        proof.leaf.sequence = formatSequence(4n);
      },
      ['identity', 'inclusion'],
    ],
    [
      'the time of recording',
      (proof) => {
        proof.leaf.recorded_at = '2026-11-21T12:00:02.000Z';
      },
      ['inclusion'],
    ],
    [
      'the index',
      (proof) => {
        proof.index = 41;
      },
      ['inclusion'],
    ],
    [
      'the inclusion proof',
      (proof) => {
        proof.anchor?.inclusion_proof.pop();
      },
      ['inclusion'],
    ],
    [
      'the size in the checkpoint',
      (proof) => {
        if (proof.anchor) proof.anchor.checkpoint = proof.anchor.checkpoint.replace('\n303\n', '\n304\n');
      },
      ['checkpoint_signature'],
    ],
    [
      'the consistency proof',
      (proof) => {
        proof.anchor?.earlier?.consistency_proof.reverse();
      },
      ['consistency'],
    ],
    [
      'the earlier checkpoint',
      (proof) => {
        if (proof.anchor?.earlier)
          proof.anchor.earlier.checkpoint = proof.anchor.earlier.checkpoint.replace('\n43\n', '\n42\n');
      },
      ['consistency'],
    ],
    [
      'the producer key',
      (proof) => {
        proof.producer_key = { kid: 'key-1', public_key: toBase64(pair().publicKey) };
      },
      ['producer_signature'],
    ],
  ])('finds that somebody changed %s', async (_, change, expected) => {
    const proof = await proofOf();
    change(proof);
    const { verdict, failed } = outcomesOf(proof);
    expect(verdict).toBe('INVALID');
    expect(failed).toEqual(expected);
  });

  it('finds a log that signed two histories', async () => {
    const proof = await proofOf({ root: sha256('another history') });
    expect(outcomesOf(proof)).toMatchObject({ verdict: 'INVALID', failed: ['consistency'] });
  });

  it('finds a log key that is not the pinned one', async () => {
    const other = formatVerifierKey(sha256, { name: origin, publicKey: pair().publicKey });
    expect(outcomesOf(await proofOf(), other)).toMatchObject({
      verdict: 'INVALID',
      failed: ['checkpoint_signature'],
    });
  });

  it('does not take the word of a log that is none of those that the reader knows', async () => {
    const stranger = formatVerifierKey(sha256, { name: 'another.example/log', publicKey: pair().publicKey });
    expect(outcomesOf(await proofOf(), stranger)).toEqual({ verdict: 'UNANCHORED', failed: ['log_key'], open: [] });
  });

  it('says what can not be checked, without calling it bad', async () => {
    const hidden = await proofOf();
    delete hidden.body;
    expect(outcomesOf(hidden, vkey)).toEqual({
      verdict: 'SIGNED',
      failed: [],
      open: ['body', 'identity', 'data', 'producer_signature'],
    });
    const waiting = await proofOf();
    delete waiting.anchor;
    expect(outcomesOf(waiting, vkey)).toEqual({
      verdict: 'UNANCHORED',
      failed: [],
      open: ['inclusion', 'checkpoint_signature'],
    });
    const unknown = await proofOf();
    delete unknown.producer_key;
    expect(outcomesOf(unknown, vkey)).toEqual({ verdict: 'SIGNED', failed: [], open: ['producer_signature'] });
    expect(outcomesOf(await proofOf({ unsigned: true, kid: undefined }), vkey)).toEqual({
      verdict: 'SIGNED',
      failed: [],
      open: ['data', 'producer_signature'],
    });
    const redacted = await proofOf({ event: { data: { ...data, tool: { name: '[redacted]' } } } });
    expect(outcomesOf(redacted, vkey)).toEqual({ verdict: 'SIGNED', failed: [], open: ['data'] });
  });

  it('does not call content authentic that is not what the producer signed', async () => {
    const whole = await proofOf();
    const other = await proofOf({ event: { datahash: 'ab'.repeat(32) } });
    const authentic = (proof: ProofFile) => verifyProofFile(nodeCrypto, proof).facts[0];
    expect(authentic(whole)).toMatchObject({ name: 'authentic', state: 'holds' });
    expect(authentic(other)).toMatchObject({ name: 'authentic', state: 'open' });
    expect(authentic(other)?.detail).toMatch(/not what the producer signed/);
  });

  it('does not take an unsigned event for a signed one', async () => {
    expect(outcomesOf(await proofOf({ unsigned: true }), vkey)).toMatchObject({
      verdict: 'INVALID',
      failed: ['producer_signature'],
    });
  });

  it('never throws for evidence that is wrong in other ways', async () => {
    const proof = await proofOf();
    for (const body of ['', '[]', 'null', '{"id":1}', '{"b":1,"a":2}', '{"id":"\\ud800"}']) {
      expect(verifyProofFile(nodeCrypto, { ...proof, body }).verdict).toBe('INVALID');
    }
    for (const wrong of [{ sig: 5 }, { sigpath: {} }, { sigkid: [] }, { id: 7 }, { data: null }, { datahash: true }]) {
      const body = canonicalJson({ ...JSON.parse(proof.body ?? ''), ...wrong });
      const leaf = { ...proof.leaf, event_hash: toHex(sha256(body)) };
      expect(verifyProofFile(nodeCrypto, { ...proof, body, leaf }).verdict).toBe('INVALID');
    }
    const key = { name: origin, publicKey: logKey.publicKey };
    const { leaf } = proof;
    for (const checkpoint of ['', '\n', 'x'.repeat(2_000_000), '\ud800']) {
      const evidence = {
        body: undefined,
        leaf,
        index: 40,
        logKey: key,
        logKeyFrom: 'reader' as const,
        anchor: { checkpoint, inclusionProof: [] },
      };
      expect(verifyEvidence(nobleCrypto, evidence).verdict).toBe('INVALID');
    }
  });

  it('refuses what is not a proof file, and says where', async () => {
    const proof = await proofOf();
    const wrong: [unknown, RegExp][] = [
      [null, /not a proof file/],
      [{ ...proof, format: 'other' }, /\/format/],
      [{ ...proof, index: -1 }, /\/index/],
      [{ ...proof, leaf: { ...proof.leaf, event_hash: 'x' } }, /event_hash/],
      [{ ...proof, leaf: { ...proof.leaf, more: 1 } }, /leaf/],
      [{ ...proof, anchor: { ...proof.anchor, inclusion_proof: ['AAAA'] } }, /32 bytes/],
      [{ ...proof, log_key: 'x' }, /log_key/],
    ];
    for (const [file, why] of wrong) {
      expect(() => verifyProofFile(nodeCrypto, file)).toThrow(ProofFileError);
      expect(() => verifyProofFile(nodeCrypto, file)).toThrow(why);
    }
    expect(() => verifyInBrowser(proof, 'nonsense')).toThrow(NoteError);
  });
});
