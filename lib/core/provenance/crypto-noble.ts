import { ed25519 } from '@noble/curves/ed25519.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { toBase64url, utf8 } from './bytes';
import type { Crypto } from './crypto';

function hmacSha256(key: Uint8Array, data: Uint8Array | string): Uint8Array;
function hmacSha256(key: Uint8Array, data: Uint8Array | string, output: 'base64url'): string;
function hmacSha256(key: Uint8Array, data: Uint8Array | string, output?: 'base64url'): Uint8Array | string {
  const mac = hmac(sha256, key, typeof data === 'string' ? utf8(data) : data);
  return output === undefined ? mac : toBase64url(mac);
}

/** Pure JavaScript: for the browser. Strict Ed25519: reduced encodings only, no points of small order. */
export const nobleCrypto: Crypto = {
  sha256: (data) => sha256(typeof data === 'string' ? utf8(data) : data),
  startSha256: () => sha256.create(),
  hmacSha256,
  verifyEd25519(publicKey, message, signature) {
    try {
      return ed25519.verify(signature, message, publicKey, { zip215: false });
    } catch {
      return false;
    }
  },
};
