import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { ReceiptCrypto } from '../core/provenance/receipts/receipt';
import { nodeCrypto } from './crypto';

const keys = new LRUCache<string, KeyObject>({ max: 1000 });

/** A P-256 key of 65 bytes, 0x04 x y. Throws for what is none, or no point of the curve. */
function p256Key(raw: Uint8Array): KeyObject {
  const name = Buffer.from(raw).toString('latin1');
  let key = keys.get(name);
  if (!key) {
    if (raw.length !== 65 || raw[0] !== 4) throw new RangeError('a P-256 public key is 65 bytes that begin with 0x04');
    const [x, y] = [raw.subarray(1, 33), raw.subarray(33)].map((half) => Buffer.from(half).toString('base64url'));
    key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
    keys.set(name, key);
  }
  return key;
}

/** OpenSSL by way of node:crypto. */
export const nodeReceiptCrypto: ReceiptCrypto = {
  ...nodeCrypto,
  verifyEs256(publicKey, message, signature) {
    try {
      return verify('sha256', message, { key: p256Key(publicKey), dsaEncoding: 'ieee-p1363' }, signature);
    } catch {
      return false;
    }
  },
};
