import { generateKeyPairSync, sign as nodeSign } from 'node:crypto';
import { ED25519_TORSION_SUBGROUP } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase64, fromBase64url, toBase64, toBase64url, toHex, utf8 } from '@/lib/core/provenance/bytes';
import { formatCheckpoint, openCheckpoint, parseCheckpoint, signCheckpoint } from '@/lib/core/provenance/checkpoint';
import { isWeakPublicKey } from '@/lib/core/provenance/crypto';
import { nobleCrypto } from '@/lib/core/provenance/crypto-noble';
import {
  formatVerifierKey,
  keyId,
  NoteError,
  openNote,
  parseNote,
  parseVerifierKey,
  signNote,
} from '@/lib/core/provenance/note';
import { nodeCrypto, rawPublicKey, sha256, signerOf } from '@/lib/platform/crypto';

const { privateKey } = generateKeyPairSync('ed25519');
const publicKey = rawPublicKey(privateKey);
const sign = signerOf(privateKey);
const key = { name: 'custody.local/http', publicKey };
const root = sha256('root');
const note = signCheckpoint(sha256, { origin: key.name, size: 70_000, root }, publicKey, sign);

describe('base64', () => {
  it('reads what Node writes, and only that', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
        expect(toBase64url(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
        expect(toHex(fromBase64(toBase64(bytes)) as Uint8Array)).toBe(toHex(bytes));
        expect(toHex(fromBase64url(toBase64url(bytes)) as Uint8Array)).toBe(toHex(bytes));
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'AQZaz09+/=\n -_'), maxLength: 9 }), (text) => {
        const bytes = fromBase64(text);
        expect(bytes !== null).toBe(Buffer.from(text, 'base64').toString('base64') === text && !/[-_]/.test(text));
      }),
      { numRuns: 2000 },
    );
    for (const text of ['QQ', 'QR==', 'QQ=', 'Q===', '=', 'QQ==\n', ' QQ==', 'QUF=', 'QQ==QQ=='])
      expect(fromBase64(text)).toBe(null);
  });
});

describe('verifier keys', () => {
  it('have the published form', () => {
    // Example of the Go package golang.org/x/mod/sumdb/note.
    const published = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
    const parsed = parseVerifierKey(sha256, published);
    expect(parsed.name).toBe('PeterNeumann');
    expect(toHex(keyId(sha256, parsed))).toBe('c74f20a3');
    expect(formatVerifierKey(sha256, parsed)).toBe(published);
    const text =
      "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n" +
      '\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
    for (const crypto of [nodeCrypto, nobleCrypto]) expect(openNote(crypto, text, parsed)).toMatch(/problem is\.\n$/);
  });

  it.each([
    ['another id', (v: string) => v.replace(/\+[0-9a-f]{8}\+/, '+00000000+')],
    ['another type', () => `${key.name}+00000000+${toBase64(new Uint8Array(33).fill(4))}`],
    ['a space in the name', (v: string) => v.replace('custody', 'cus tody')],
    ['base64 without padding rules', (v: string) => `${v}=`],
    ['nothing', () => ''],
  ])('are refused with %s', (_, change) => {
    expect(() => parseVerifierKey(sha256, change(formatVerifierKey(sha256, key)))).toThrow(NoteError);
  });

  it('of small order are refused, in every encoding', () => {
    for (const point of ED25519_TORSION_SUBGROUP) expect(isWeakPublicKey(Buffer.from(point, 'hex'))).toBe(true);
    expect(isWeakPublicKey(publicKey)).toBe(false);
    expect(isWeakPublicKey(publicKey.slice(1))).toBe(true);
    const weak = { name: 'weak', publicKey: Buffer.from(ED25519_TORSION_SUBGROUP[0] as string, 'hex') };
    expect(() => parseVerifierKey(sha256, formatVerifierKey(sha256, weak))).toThrow(/small order/);
  });
});

describe('checkpoint notes', () => {
  it('say the same in both adapters', () => {
    for (const crypto of [nodeCrypto, nobleCrypto]) {
      expect(openCheckpoint(crypto, note, key)).toEqual({ origin: key.name, size: 70_000, root: new Uint8Array(root) });
    }
    expect(note.split('\n')).toHaveLength(6);
  });

  it('do not open when any character of them is changed', () => {
    fc.assert(
      fc.property(fc.nat(note.length - 1), fc.integer({ min: 1, max: 127 }), (at, bits) => {
        const changed = note.slice(0, at) + String.fromCharCode(note.charCodeAt(at) ^ bits) + note.slice(at + 1);
        expect(() => openCheckpoint(nodeCrypto, changed, key)).toThrow(NoteError);
      }),
      { numRuns: 500 },
    );
  });

  const line = note.split('\n')[4] as string;
  it.each([
    ['a carriage return', note.replaceAll('\n', '\r\n')],
    ['no final newline', note.slice(0, -1)],
    ['a blank line behind', `${note}\n`],
    ['a tab', note.replace('custody.local', 'custody\tlocal')],
    ['no signature', `${note.split('\n\n')[0]}\n\n`],
    ['no blank line', note.replace('\n\n', '\n')],
    ['the same signature twice', `${note}${line}\n`],
    ['a hyphen for the dash', note.replace('\u2014', '-')],
    ['base64 with stray bits', note.replace(line, `${line.slice(0, -2)}${line.at(-2) === 'A' ? 'B' : 'A'}=`)],
    ['half of a surrogate pair', note.replace('custody', '\ud800')],
    ['too many signatures', note + `${line.replace('custody', 'other')}\n`.repeat(100)],
  ])('with %s are refused', (_, changed) => {
    expect(changed).not.toBe(note);
    expect(() => openCheckpoint(nodeCrypto, changed, key)).toThrow(NoteError);
  });

  it('may carry the signatures of others', () => {
    const other = `${line.replace('custody', 'witness')}\n`;
    expect(openCheckpoint(nodeCrypto, note + other, key).size).toBe(70_000);
    expect(parseNote(note + other).signatures).toHaveLength(2);
    expect(() =>
      openCheckpoint(nodeCrypto, note, { ...key, publicKey: rawPublicKey(generateKeyPairSync('ed25519').publicKey) }),
    ).toThrow(/no signature/);
  });

  it.each(['a\n01\n', 'a\n-1\n', 'a\n1e3\n', 'a\n9007199254740993\n', 'a\n1 \n', '\n1\n', 'a\n1\nx', 'a\n1\n\n'])(
    'do not take %j for origin and size',
    (head) => {
      expect(() => parseCheckpoint(`${head}${toBase64(root)}\n`)).toThrow(NoteError);
    },
  );

  it('take no extension lines, roots of another length, or another log', () => {
    const text = formatCheckpoint({ origin: 'a', size: 0, root });
    expect(parseCheckpoint(text).size).toBe(0);
    expect(() => parseCheckpoint(`${text}extension\n`)).toThrow(NoteError);
    expect(() => parseCheckpoint(`a\n1\n${toBase64(root.slice(1))}\n`)).toThrow(NoteError);
    expect(() => formatCheckpoint({ origin: 'a\nb', size: 0, root })).toThrow(NoteError);
    const foreign = signNote(sha256, text, key, sign);
    expect(() => openCheckpoint(nodeCrypto, foreign, key)).toThrow(/is of a, the key is of/);
  });
});

describe('Ed25519 adapters', () => {
  it('agree, and both answer false for malformed input', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.integer({ min: 0, max: 255 }), (text, at, bits) => {
        const message = utf8(text);
        const signature = new Uint8Array(nodeSign(null, message, privateKey));
        signature[at % 64] = (signature[at % 64] as number) ^ bits;
        for (const crypto of [nodeCrypto, nobleCrypto]) {
          expect(crypto.verifyEd25519(publicKey, message, signature)).toBe(bits === 0);
        }
      }),
      { numRuns: 50 },
    );
    for (const crypto of [nodeCrypto, nobleCrypto]) {
      expect(crypto.verifyEd25519(publicKey, utf8(''), new Uint8Array(63))).toBe(false);
      expect(crypto.verifyEd25519(new Uint8Array(31), utf8(''), new Uint8Array(64))).toBe(false);
    }
  });
});
