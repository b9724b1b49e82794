import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fromBase64url } from '@/lib/core/provenance/bytes';
import { receiptFormats } from '@/lib/core/provenance/receipts';
import { nobleReceiptCrypto } from '@/lib/core/provenance/receipts/crypto-noble';
import { readReceiptKeys } from '@/lib/core/provenance/receipts/keys';
import {
  algorithmOfKey,
  isReceiptSource,
  isUsableKey,
  receiptFamilies,
  receiptKeyId,
  receiptSource,
} from '@/lib/core/provenance/receipts/registry';
import { sha256 } from '@/lib/platform/crypto';
import { nodeReceiptCrypto } from '@/lib/platform/receipt-crypto';
import { valuesOf } from './read';

const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = p256.publicKey.export({ format: 'jwk' });
const point = (): Uint8Array =>
  Uint8Array.of(4, ...(fromBase64url(String(jwk.x)) as Uint8Array), ...(fromBase64url(String(jwk.y)) as Uint8Array));
const ed25519 = new Uint8Array(
  generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).subarray(12),
);

describe('ES256', () => {
  const message = Buffer.from('message');
  const signature = sign('sha256', message, { key: p256.privateKey, dsaEncoding: 'ieee-p1363' });

  it.each([
    ['node:crypto', nodeReceiptCrypto],
    ['noble', nobleReceiptCrypto],
  ])('%s verifies what OpenSSL signed, and nothing else', (_, crypto) => {
    expect(crypto.verifyEs256(point(), message, signature)).toBe(true);
    expect(crypto.verifyEs256(point(), Buffer.from('massage'), signature)).toBe(false);
    for (let i = 0; i < 64; i++) {
      const changed = new Uint8Array(signature);
      changed[i] = (changed[i] as number) ^ 1;
      expect(crypto.verifyEs256(point(), message, changed)).toBe(false);
    }
    const off = point();
    off[64] = (off[64] as number) ^ 1;
    for (const bad of [off, point().subarray(1), new Uint8Array(65), new Uint8Array()])
      expect(crypto.verifyEs256(bad, message, signature)).toBe(false);
    expect(crypto.verifyEs256(point(), message, signature.subarray(1))).toBe(false);
    expect(crypto.verifyEs256(point(), message, new Uint8Array(64))).toBe(false);
  });
});

describe('a file of keys', () => {
  it('holds JWKs, keys in base64, and the keystore of aat-verify', () => {
    const { x, y } = jwk;
    const keys = readReceiptKeys({
      a: { kty: 'EC', crv: 'P-256', x: String(x), y: String(y) },
      b: { alg: 'ES256', jwk_x_y: { x: String(x), y: String(y) } },
      c: { alg: 'ES256', key: Buffer.from(point()).toString('base64') },
      d: { alg: 'Ed25519', key: Buffer.from(ed25519).toString('base64') },
      e: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(ed25519).toString('base64url') },
      f: { alg: 'HMAC-SHA256', key: Buffer.from('secret').toString('base64') },
    });
    expect(keys.map(({ algorithm }) => algorithm)).toEqual([
      'ES256',
      'ES256',
      'ES256',
      'Ed25519',
      'Ed25519',
      'HMAC-SHA256',
    ]);
    for (const { key } of keys.slice(0, 3)) expect(key).toEqual(point());
    for (const { key } of keys.slice(3, 5)) expect(new Uint8Array(key)).toEqual(ed25519);
  });

  it.each<[string, unknown]>([
    ['no object', []],
    ['no key', { a: 1 }],
    ['no algorithm that is known', { a: { alg: 'RS256', key: 'AAAA' } }],
    ['no base64', { a: { alg: 'Ed25519', key: '%' } }],
    ['half a point', { a: { alg: 'ES256', key: Buffer.alloc(33).toString('base64') } }],
    ['a point of small order', { a: { alg: 'Ed25519', key: Buffer.alloc(32).toString('base64') } }],
    ['an empty secret', { a: { alg: 'HMAC-SHA256', key: '' } }],
  ])('%s is refused in words', (_, value) => {
    expect(() => readReceiptKeys(value as never)).toThrow(expect.objectContaining({ name: 'ReceiptKeyError' }));
  });
});

describe('the registry', () => {
  it('has P-256 keys for receipts alone', () => {
    expect([
      algorithmOfKey(ed25519),
      algorithmOfKey(point()),
      algorithmOfKey(new Uint8Array(32)),
      algorithmOfKey(new Uint8Array(65)),
    ]).toEqual(['Ed25519', 'ES256', null, null]);
    const source = receiptSource('agent-audit-trail');
    expect([isUsableKey(point(), source), isUsableKey(ed25519, source)]).toEqual([true, true]);
    expect([
      isUsableKey(point(), 'urn:mcp:src:default:tap:1'),
      isUsableKey(ed25519, 'urn:mcp:src:default:tap:1'),
    ]).toEqual([false, true]);
  });

  it('names keys as receipts do', () => {
    const [id, key] = Object.entries(
      valuesOf('agent-audit-trail/keys.json')[0] as Record<string, { x: string; y: string }>,
    )[0] as [string, { x: string; y: string }];
    const bytes = Buffer.concat([Buffer.of(4), Buffer.from(key.x, 'base64url'), Buffer.from(key.y, 'base64url')]);
    expect(receiptKeyId(sha256, bytes)).toBe(id);
    expect(receiptKeyId(sha256, ed25519)).toBe(Buffer.from(ed25519).toString('hex'));
  });

  it('has families whose receipts are signed, and no source of events among them', () => {
    const families = new Set(receiptFormats.map(({ family }) => family));
    for (const family of receiptFamilies) expect(families).toContain(family);
    expect(isReceiptSource('urn:mcp:src:default:pipelock:1')).toBe(false);
  });
});
