import { toBase64 } from '../core/provenance/bytes';
import { formatVerifierKey } from '../core/provenance/note';
import { observerProof } from '../core/provenance/observer';
import { consistencyProof, inclusionProof } from '../core/provenance/proof';
import type { ProofFile } from '../core/provenance/proof-file';
import { sha256 } from '../platform/crypto';
import { firstCheckpointOver } from './checkpoint';
import { readAuditLeaf, readEventLeaf, type StoredLeaf } from './leaves';
import { type LogHead, readLog } from './log';
import { leavesOfBatch, observationOf } from './observer-batches';
import type { Queryable } from './pool';
import { readSourceKey } from './source-keys';
import { tileReader } from './tiles';
import { anchorCheckpoint } from './witnesses';

export interface ProofOptions {
  /** Public half of the log key: 32 bytes. */
  logPublicKey: Uint8Array;
  /** Whether the reader may see the event's content (scope `payload:read`). */
  withBody: boolean;
}

/** Everything that proves an event, for the browser or a file; null where there is no such event. `time` (the event's) makes it faster. */
export async function proofForEvent(
  client: Queryable,
  event: { id: string; time?: string },
  options: ProofOptions,
): Promise<ProofFile | null> {
  const leaf = await readEventLeaf(client, event.id, event.time);
  return leaf && proofFor(client, leaf, options);
}

/** The same for an audit entry. */
export async function proofForAuditEntry(
  client: Queryable,
  id: string,
  options: ProofOptions,
): Promise<ProofFile | null> {
  const leaf = await readAuditLeaf(client, id);
  return leaf && proofFor(client, leaf, options);
}

async function proofFor(
  client: Queryable,
  leaf: StoredLeaf,
  { logPublicKey, withBody }: ProofOptions,
): Promise<ProofFile> {
  const log = (await readLog(client, leaf.logId)) as LogHead;
  const { kid } = leaf.record;
  // undefined members vanish in JSON; the browser gets them by JSON or by a server component alike.
  return {
    format: 'custody.proof/1',
    ...(withBody && { body: leaf.body }),
    leaf: JSON.parse(JSON.stringify(leaf.record)),
    index: leaf.index,
    log_key: formatVerifierKey(sha256, { name: log.origin, publicKey: logPublicKey }),
    ...(await anchorOf(client, log, leaf.index)),
    ...(kid !== undefined && (await producerKeyOf(client, kid))),
    ...(await observerOf(client, log, leaf.index)),
  };
}

async function anchorOf(client: Queryable, log: LogHead, index: number): Promise<Pick<ProofFile, 'anchor'>> {
  const latest = await anchorCheckpoint(client, log.id, index);
  if (!latest || latest.size <= index) return {};
  const first = await firstCheckpointOver(client, log.id, index);
  const read = tileReader(client, log);
  return {
    anchor: {
      checkpoint: latest.note,
      inclusion_proof: (await inclusionProof(sha256, read, index, latest.size)).map(toBase64),
      ...(first &&
        first.size < latest.size && {
          earlier: {
            checkpoint: first.note,
            consistency_proof: (await consistencyProof(sha256, read, first.size, latest.size)).map(toBase64),
          },
        }),
    },
  };
}

async function producerKeyOf(client: Queryable, kid: string): Promise<Pick<ProofFile, 'producer_key'>> {
  const { rows } = await client.query<{ public_key: Buffer }>('SELECT public_key FROM source_key WHERE kid = $1', [
    kid,
  ]);
  return rows[0] ? { producer_key: { kid, public_key: toBase64(rows[0].public_key) } } : {};
}

/** Nothing where no batch was signed: audit entries are what this installation itself says. */
async function observerOf(client: Queryable, log: LogHead, index: number): Promise<Pick<ProofFile, 'observer'>> {
  const batch = await observationOf(client, log.id, index);
  const key = batch && (await readSourceKey(client, batch.kid));
  if (!batch || !key) return {};
  const leaves = await leavesOfBatch(client, log, batch);
  return { observer: observerProof(sha256, { ...batch, publicKey: key.publicKey }, leaves, index) };
}
