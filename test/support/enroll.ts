import { generateKeyPairSync } from 'node:crypto';
import type { Pool } from 'pg';
import { kidOf } from '../../lib/core/provenance/kid';
import { rawPublicKey, sha256, signerOf } from '../../lib/platform/crypto';
import { enrollBySystem } from '../../lib/services/observer-key';
import { lockKeyRegistry } from '../../lib/store/source-keys';
import { transaction } from '../../lib/store/transaction';

/** Lets a key sign for a source, as the product would have it. */
export const enrollKey = (pool: Pool, key: { kid: string; publicKey: Uint8Array; source: string }): Promise<void> =>
  transaction(async (tx) => enrollBySystem(tx, { ...key, hadKeys: false }, await lockKeyRegistry(tx)), pool);

/** A new key with its RFC 7638 thumbprint for a name. */
export function newSigner() {
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicKey = rawPublicKey(privateKey);
  return { publicKey, privateKey, sign: signerOf(privateKey), kid: kidOf(sha256, publicKey) };
}
