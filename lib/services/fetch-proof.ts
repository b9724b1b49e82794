import { z } from 'zod';
import type { Actor } from '../core/access';
import { toBase64 } from '../core/provenance/bytes';
import { consistencyProof } from '../core/provenance/proof';
import type { ProofFile } from '../core/provenance/proof-file';
import { sha256 } from '../platform/crypto';
import { env } from '../platform/env';
import { logKey } from '../platform/keys';
import { readLog } from '../store/log';
import { pool } from '../store/pool';
import { proofForEvent } from '../store/proof';
import { tileReader } from '../store/tiles';
import { authorise } from './caller';
import { notFound } from './error';
import { uuid } from './uuid';
import { parseInput } from './verb';
import { viewPayload } from './view-payload';

/** The public half of the key that signs checkpoints. */
export const logPublicKey = (): Uint8Array =>
  logKey({ pem: env().CUSTODY_LOG_KEY, dataDir: env().CUSTODY_DATA }).publicKey;

/** Everything that proves an event, without its content. Throws ServiceError `forbidden` or `not_found`. */
export const fetchProof = (actor: Actor, id: string): Promise<ProofFile> => readProof(actor, id, false);

/** The same with the content, so that it can be checked too: a look at the payload, recorded as one. */
export async function fetchProofWithContent(actor: Actor, id: string): Promise<ProofFile> {
  await viewPayload(actor, { id });
  return readProof(actor, id, true);
}

async function readProof(actor: Actor, id: string, withBody: boolean): Promise<ProofFile> {
  authorise(actor, 'integrity:read');
  const proof = await proofForEvent(pool(), { id: parseInput(uuid, id) }, { logPublicKey: logPublicKey(), withBody });
  if (!proof) throw notFound('event with this id');
  return proof;
}

const growth = z.object({
  logId: z.int().min(0).max(32_767),
  oldSize: z.int().min(0),
  size: z.int().min(0),
});

/** Proof (base64) that the first `size` entries of a log begin with the first `oldSize`. Throws ServiceError. */
export async function fetchConsistency(actor: Actor, input: z.input<typeof growth>): Promise<string[]> {
  authorise(actor, 'integrity:read');
  const { logId, oldSize, size } = parseInput(growth, input);
  const log = await readLog(pool(), logId);
  if (!log) throw notFound('log with this number');
  if (oldSize > size || size > log.size) throw notFound('checkpoint of this size');
  return (await consistencyProof(sha256, tileReader(pool(), log), oldSize, size)).map(toBase64);
}
