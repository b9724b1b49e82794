import { p256 } from '@noble/curves/nist.js';
import { nobleCrypto } from '../crypto-noble';
import type { ReceiptCrypto } from './receipt';

/** Pure JavaScript: for the browser. */
export const nobleReceiptCrypto: ReceiptCrypto = {
  ...nobleCrypto,
  verifyEs256(publicKey, message, signature) {
    try {
      // Both forms of a signature (r, s) and (r, -s) are signatures under ES256 (RFC 7518).
      return p256.verify(signature, message, publicKey, { format: 'compact', lowS: false });
    } catch {
      return false;
    }
  },
};
