import { toBase64url, toHex, utf8 } from '../bytes';
import { isWeakPublicKey, type Sha256 } from '../crypto';
import type { KeyAlgorithm } from './receipt';

/**
 * Keys of receipts in the key registry: they stand there under a source of their own for each family of formats, which no event
 * can name as its source, so that a key of receipts speaks for no events, and a key of events for no receipts.
 */

const prefix = 'urn:mcp:receipts:';

/** Families whose receipts are signed with keys that can be enrolled (ReceiptFormat.family). */
export const receiptFamilies: readonly string[] = ['pipelock', 'agent-governance', 'agent-audit-trail'];

/** The source under which keys of these receipts are enrolled. `family`: of a ReceiptFormat. */
export const receiptSource = (family: string): string => `${prefix}${family}`;

export const isReceiptSource = (source: string): boolean => source.startsWith(prefix);

/** The algorithm of a public key in the registry, by its form: 32 bytes, or a point of P-256 as 0x04 x y. null: it is none. */
export function algorithmOfKey(publicKey: Uint8Array): KeyAlgorithm | null {
  if (publicKey.length === 65 && publicKey[0] === 4) return 'ES256';
  return isWeakPublicKey(publicKey) ? null : 'Ed25519';
}

/** Whether a source may have such a key: events are signed with Ed25519 alone. */
export function isUsableKey(publicKey: Uint8Array, source: string): boolean {
  const algorithm = algorithmOfKey(publicKey);
  return algorithm === 'Ed25519' || (algorithm === 'ES256' && isReceiptSource(source));
}

/** How receipts name a key where nobody says otherwise: Ed25519 by its bytes in hexadecimal, P-256 by its RFC 7638 thumbprint. */
export function receiptKeyId(sha256: Sha256, publicKey: Uint8Array): string {
  if (publicKey.length !== 65) return toHex(publicKey);
  const [x, y] = [toBase64url(publicKey.subarray(1, 33)), toBase64url(publicKey.subarray(33))];
  return toBase64url(sha256(utf8(`{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`)));
}
