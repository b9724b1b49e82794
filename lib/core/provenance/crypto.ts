/** SHA-256 of bytes, or of a string's UTF-8. 32 bytes, not shared with any later call. */
export type Sha256 = (data: Uint8Array | string) => Uint8Array;

/** SHA-256 of bytes that come in parts. */
export interface Sha256Stream {
  update(part: Uint8Array): unknown;
  /** 32 bytes; the stream is over. */
  digest(): Uint8Array;
}

/** HMAC-SHA-256 (RFC 2104) of bytes, or of a string's UTF-8. 32 bytes, not shared with any later call, or their base64url. */
export interface Hmac {
  (key: Uint8Array, data: Uint8Array | string): Uint8Array;
  (key: Uint8Array, data: Uint8Array | string, output: 'base64url'): string;
}

/** What the core needs of a cryptographic library: `crypto-noble.ts` in the browser, `lib/platform/crypto.ts` in Node. */
export interface Crypto {
  sha256: Sha256;
  hmacSha256: Hmac;
  startSha256(): Sha256Stream;
  /** Ed25519 (RFC 8032). False, never an exception, for whatever does not verify. */
  verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

/** Ed25519 signature (64 bytes) of the message. */
export type Sign = (message: Uint8Array) => Uint8Array;

/**
 * y coordinates of the points of small order, and the encodings of them that are not reduced; little-endian, without the
 * sign bit. Under such a key one signature fits many messages, so that it proves nothing.
 */
const weakPoints = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

/** Whether these bytes can't be an Ed25519 public key to trust: not 32 of them, or a point of small order. */
export function isWeakPublicKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== 32) return true;
  let hex = '';
  for (let i = 0; i < 32; i++) {
    const byte = i === 31 ? (publicKey[i] as number) & 0x7f : (publicKey[i] as number);
    hex += byte.toString(16).padStart(2, '0');
  }
  return weakPoints.has(hex);
}
