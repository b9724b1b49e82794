import { createHash, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Crypto, Sha256, Sign } from '../core/provenance/crypto';

/** By way of a Latin-1 (`binary`) string: half the time of the call's own Buffer output. */
export const sha256: Sha256 = (data) => Buffer.from(hash('sha256', data, 'binary'), 'latin1');

const block = 64;
let inner = Buffer.alloc(2048, 0x36);
/** Of `inner`, by length: a new view costs as much as the hash. */
let views: Buffer[] = [];
const outer = Buffer.alloc(block + 32, 0x5c);
/** How many bytes the key before had. */
let padded = 0;

export function hmacSha256(key: Uint8Array, data: Uint8Array | string): Uint8Array;
export function hmacSha256(key: Uint8Array, data: Uint8Array | string, output: 'base64url'): string;
/** Of two one-shot hashes, because createHmac takes twice the time. */
export function hmacSha256(key: Uint8Array, data: Uint8Array | string, output?: 'base64url'): Uint8Array | string {
  writeOuter(key.length > block ? sha256(key) : key, data);
  return output === undefined ? sha256(outer) : hash('sha256', outer, output);
}

/** What the outer hash is taken of. */
function writeOuter(key: Uint8Array, data: Uint8Array | string): void {
  const most = block + (typeof data === 'string' ? data.length * 3 : data.length);
  if (most > inner.length) {
    inner = Buffer.alloc(most * 2, 0x36);
    views = [];
  }
  for (let i = 0; i < key.length; i++) {
    inner[i] = (key[i] as number) ^ 0x36;
    outer[i] = (key[i] as number) ^ 0x5c;
  }
  for (let i = key.length; i < padded; i++) {
    inner[i] = 0x36;
    outer[i] = 0x5c;
  }
  padded = key.length;
  let end = block;
  if (typeof data === 'string') end += inner.write(data, block, 'utf8');
  else {
    inner.set(data, block);
    end += data.length;
  }
  if (end < 1024) views[end] ??= inner.subarray(0, end);
  outer.write(hash('sha256', views[end] ?? inner.subarray(0, end), 'binary'), block, 'latin1');
}

const publicKeys = new LRUCache<string, KeyObject>({ max: 1000 });

/** SubjectPublicKeyInfo of Ed25519 (RFC 8410) up to the key. */
const spkiHead = Buffer.from('302a300506032b6570032100', 'hex');

function publicKeyOf(raw: Uint8Array): KeyObject {
  const name = Buffer.from(raw.buffer, raw.byteOffset, raw.length).toString('latin1');
  let key = publicKeys.get(name);
  if (!key) {
    key = createPublicKey({ key: Buffer.concat([spkiHead, raw]), format: 'der', type: 'spki' });
    publicKeys.set(name, key);
  }
  return key;
}

/** OpenSSL by way of node:crypto. */
export const nodeCrypto: Crypto = {
  sha256,
  hmacSha256,
  startSha256: () => createHash('sha256'),
  verifyEd25519(publicKey, message, signature) {
    try {
      return publicKey.length === 32 && verify(null, message, publicKeyOf(publicKey), signature);
    } catch {
      return false;
    }
  },
};

export const signerOf =
  (privateKey: KeyObject): Sign =>
  (message) =>
    sign(null, message, privateKey);

/** The 32 bytes of an Ed25519 key's public half. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  const spki = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'der', type: 'spki' });
  return new Uint8Array(spki.subarray(spkiHead.length));
}
