import { isObject, type Json, type JsonObject } from '../../event/json';
import { concat, fromBase64, fromBase64url } from '../bytes';
import { isWeakPublicKey } from '../crypto';
import { type KeyAlgorithm, keyAlgorithms, type ReceiptKey, textOf } from './receipt';

/** A key that can't be used; the message says why, for a person. */
export class ReceiptKeyError extends Error {
  override name = 'ReceiptKeyError';
}

/**
 * The keys of a file: `{"<id as the receipts name it>": {"alg": "Ed25519" | "ES256" | "HMAC-SHA256", "key": "<base64>"}}`, or a JWK
 * (RFC 7517: OKP Ed25519, EC P-256) in place of the inner object, or the form of aat-verify's keystore (`jwk_x_y`).
 * Throws ReceiptKeyError.
 */
export function readReceiptKeys(value: Json): ReceiptKey[] {
  if (!isObject(value)) throw new ReceiptKeyError('the file of keys is no JSON object of ids and keys');
  return Object.entries(value).map(([id, key]) => {
    if (!isObject(key)) throw new ReceiptKeyError(`the key ${JSON.stringify(id)} is no JSON object`);
    const algorithm = algorithmOf(key);
    return { id, algorithm, key: checkKey(algorithm, keyBytes(id, key)) };
  });
}

function algorithmOf(key: JsonObject): KeyAlgorithm {
  const named = key.crv === 'P-256' ? 'ES256' : key.crv === 'Ed25519' ? 'Ed25519' : textOf(key.alg);
  const known = keyAlgorithms.find((one) => one === named);
  if (known === undefined) throw new ReceiptKeyError(`${JSON.stringify(named)} is none of ${keyAlgorithms.join(', ')}`);
  return known;
}

function keyBytes(id: string, key: JsonObject): Uint8Array {
  const point = isObject(key.jwk_x_y as Json) ? (key.jwk_x_y as JsonObject) : key;
  const [x, y] = [fromBase64url(textOf(point.x)), fromBase64url(textOf(point.y))];
  if (typeof point.y === 'string' && x && y) return concat(Uint8Array.of(4), x, y);
  const bytes = typeof point.x === 'string' ? x : fromBase64(textOf(key.key));
  if (!bytes || bytes.length === 0) throw new ReceiptKeyError(`the key ${JSON.stringify(id)} is not in base64`);
  return bytes;
}

/** The same bytes, if they can be a key of this algorithm. Throws ReceiptKeyError. */
export function checkKey(algorithm: KeyAlgorithm, key: Uint8Array): Uint8Array {
  if (algorithm === 'Ed25519' && isWeakPublicKey(key)) {
    throw new ReceiptKeyError('an Ed25519 public key is 32 bytes, and no point of small order');
  }
  if (algorithm === 'ES256' && (key.length !== 65 || key[0] !== 4)) {
    throw new ReceiptKeyError('an ES256 public key is 65 bytes: 0x04, x and y of a point of P-256');
  }
  if (algorithm === 'HMAC-SHA256' && key.length === 0) throw new ReceiptKeyError('an HMAC secret is not empty');
  return key;
}
