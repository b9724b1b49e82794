import { ed25519 } from '@noble/curves/ed25519.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8 } from './bytes';
import type { Crypto } from './crypto';

/** Pure JavaScript: for the browser. Strict Ed25519: reduced encodings only, no points of small order. */
export const nobleCrypto: Crypto = {
  sha256: (data) => sha256(typeof data === 'string' ? utf8(data) : data),
  startSha256: () => sha256.create(),
  hmacSha256: (key, data) => hmac(sha256, key, typeof data === 'string' ? utf8(data) : data),
  verifyEd25519(publicKey, message, signature) {
    try {
      return ed25519.verify(signature, message, publicKey, { zip215: false });
    } catch {
      return false;
    }
  },
};
