import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { concat, fromBase64, toBase64 } from '@/lib/core/provenance/bytes';
import { signCheckpoint } from '@/lib/core/provenance/checkpoint';
import { cosignatureType, NoteError, parseVerifierKey } from '@/lib/core/provenance/note';
import { parsePolicy } from '@/lib/core/provenance/policy';
import { addCheckpointBody, countWitnesses, readCosignature, sizeOfConflict } from '@/lib/core/provenance/witness';
import { nodeCrypto, rawPublicKey, sha256, signerOf } from '@/lib/platform/crypto';
import { TestWitness } from '../../support/witness';

const { privateKey } = generateKeyPairSync('ed25519');
const publicKey = rawPublicKey(privateKey);
const origin = 'custody.test/http';
const note = signCheckpoint(sha256, { origin, size: 7, root: sha256('root') }, publicKey, signerOf(privateKey));
const [a, b, c, own] = ['a', 'b', 'c', 'own'].map((name) => new TestWitness(`witness.example/${name}`)) as [
  TestWitness,
  TestWitness,
  TestWitness,
  TestWitness,
];
const policy = parsePolicy(
  sha256,
  [
    `witness a ${a.vkey}`,
    `witness b ${b.vkey}`,
    `witness c ${c.vkey}`,
    `witness own ${own.vkey}`,
    '#custody:organisation Alpha: a b',
    '#custody:own own',
    'group alpha any a b',
    'group two 2 alpha c',
    'quorum two',
  ].join('\n'),
);
const count = (text: string) => countWitnesses(nodeCrypto, policy, text);

/** The example of c2sp.org/tlog-cosignature, whose text is known though its witness's key is not. */
describe('a cosignature', () => {
  it('verifies with its key, over its checkpoint, alone', () => {
    const line = a.cosign(note);
    const { time } = readCosignature(nodeCrypto, note, line, a.key);
    expect(Math.abs(time - Date.now() / 1000)).toBeLessThan(5);
    expect(() => readCosignature(nodeCrypto, note.replace('\n7\n', '\n8\n'), line, a.key)).toThrow(/does not verify/);
    expect(() => readCosignature(nodeCrypto, note, line, b.key)).toThrow(/no cosignature of/);
    expect(() => readCosignature(nodeCrypto, note, line.trimEnd(), a.key)).toThrow(/newline/);
    expect(() => readCosignature(nodeCrypto, note, 'ok\n', a.key)).toThrow(NoteError);
    expect(() => readCosignature(nodeCrypto, note, '', a.key)).toThrow(NoteError);
  });

  it('is found among lines of other keys', () => {
    expect(readCosignature(nodeCrypto, note, b.cosign(note) + a.cosign(note), a.key).line).toBe(a.cosign(note));
  });

  it('is refused with any bit changed', () => {
    const line = a.cosign(note);
    const [, head = '', encoded = ''] = /^(.* )(\S+)\n$/.exec(line) ?? [];
    const bytes = fromBase64(encoded) as Uint8Array;
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = bytes.slice();
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(() => readCosignature(nodeCrypto, note, `${head}${toBase64(changed)}\n`, a.key)).toThrow(NoteError);
    }
  });

  it('without a time is none', () => {
    a.clock = () => 0;
    expect(() => readCosignature(nodeCrypto, note, a.cosign(note), a.key)).toThrow(/does not verify/);
    a.clock = () => 1_795_000_000;
  });

  it('has a key of its own kind', () => {
    expect(parseVerifierKey(sha256, a.vkey, cosignatureType)).toEqual(a.key);
    expect(() => parseVerifierKey(sha256, a.vkey)).toThrow(NoteError);
  });
});

describe('counting', () => {
  it('counts organisations, each once', () => {
    const both = count(note + a.cosign(note) + b.cosign(note));
    expect(both).toMatchObject({ met: false, organisations: ['Alpha'], refused: [] });
    expect(both.witnesses).toHaveLength(2);
    expect(count(note + b.cosign(note) + c.cosign(note))).toMatchObject({ met: true, organisations: ['Alpha', 'c'] });
  });

  it('does not count who runs the log', () => {
    const counted = count(note + a.cosign(note) + own.cosign(note));
    expect(counted).toMatchObject({ met: false, organisations: ['Alpha'] });
    expect(counted.witnesses.map(({ name, own: isOwn }) => [name, isOwn])).toEqual([
      ['a', false],
      ['own', true],
    ]);
  });

  it('names who is there and does not verify', () => {
    const other = note.replace('\n7\n', '\n8\n');
    expect(count(note + a.cosign(note) + c.cosign(other))).toMatchObject({ met: false, refused: ['c'] });
  });

  it('counts nobody twice, and nobody that is not named', () => {
    const stranger = new TestWitness('witness.example/a');
    expect(count(note + a.cosign(note) + a.cosign(note) + stranger.cosign(note))).toMatchObject({
      met: false,
      organisations: ['Alpha'],
      refused: [],
    });
  });

  it('takes the earliest of several times', () => {
    c.clock = () => 1_800_000_000;
    const late = c.cosign(note);
    c.clock = () => 1_700_000_000;
    expect(count(note + late + c.cosign(note)).witnesses[0]?.time).toBe(1_700_000_000);
  });
});

describe('asking', () => {
  it('writes the request as the specification does', () => {
    const [one, two] = [sha256('1'), sha256('2')];
    expect(addCheckpointBody(5, [one, two], note)).toBe(`old 5\n${toBase64(one)}\n${toBase64(two)}\n\n${note}`);
    expect(addCheckpointBody(0, [], note)).toBe(`old 0\n\n${note}`);
  });

  it.each([
    ['0\n', 0],
    ['20852014\n', 20_852_014],
    ['', null],
    ['7', null],
    ['007\n', null],
    ['-1\n', null],
    ['9999999999999999\n', null],
    ['7\n\n', null],
    ['<html>', null],
  ])('reads the size of a conflict: %j', (body, size) => {
    expect(sizeOfConflict(body)).toBe(size);
  });

  it('a witness that does not know the log, or a bit of whose key', () => {
    a.trust({ name: origin, publicKey });
    expect(a.addCheckpoint(addCheckpointBody(0, [], note)).status).toBe(200);
    expect(a.addCheckpoint(addCheckpointBody(0, [], note))).toMatchObject({ status: 409, body: '7\n' });
    expect(b.addCheckpoint(addCheckpointBody(0, [], note)).status).toBe(404);
    b.trust({ name: origin, publicKey: concat(publicKey.slice(0, 31), Uint8Array.of(1)) });
    expect(b.addCheckpoint(addCheckpointBody(0, [], note)).status).toBe(403);
  });
});
