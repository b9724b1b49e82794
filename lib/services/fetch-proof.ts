import type { Actor } from '../core/access';
import type { ProofFile } from '../core/provenance/proof-file';
import { env } from '../platform/env';
import { logKey } from '../platform/keys';
import { pool } from '../store/pool';
import { proofForEvent } from '../store/proof';
import { authorise } from './caller';
import { notFound } from './error';

/** The public half of the key that signs checkpoints. */
export const logPublicKey = (): Uint8Array =>
  logKey({ pem: env().CUSTODY_LOG_KEY, dataDir: env().CUSTODY_DATA }).publicKey;

/** Everything that proves an event, without its content. Throws ServiceError `forbidden` or `not_found`. */
export async function fetchProof(actor: Actor, id: string): Promise<ProofFile> {
  authorise(actor, 'integrity:read');
  const proof = await proofForEvent(pool(), { id }, { logPublicKey: logPublicKey(), withBody: false });
  if (!proof) throw notFound('event with this id');
  return proof;
}
