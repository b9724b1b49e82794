import type { CheckpointLine } from '../core/provenance/bundle/lines';
import { toBase64 } from '../core/provenance/bytes';
import { checkpointOfSize, firstCheckpointOver, latestCheckpoint, type StoredCheckpoint } from './checkpoint';
import type { Queryable } from './pool';
import { readTimestamps } from './timestamps';
import { cosignedNote, publishedCheckpoint } from './witnesses';

export interface BundleAnchor {
  size: number;
  line: CheckpointLine;
}

/**
 * The checkpoints that a bundle carries for entries of a log up to the index `last`, smallest first: the first one that covers them, the
 * first that a witness or an authority dated, the one that meets the witness policy, and the newest.
 */
export async function anchorsOver(client: Queryable, logId: number, last: number): Promise<BundleAnchor[]> {
  const sizes = await firstDated(client, logId, last);
  const found = [
    await latestCheckpoint(client, logId),
    await firstCheckpointOver(client, logId, last),
    await publishedCheckpoint(client, logId),
    ...(await Promise.all(sizes.map((size) => checkpointOfSize(client, logId, size)))),
  ];
  const bySize = new Map(found.flatMap((checkpoint) => (checkpoint ? [[checkpoint.size, checkpoint]] : [])));
  const kept = [...bySize.values()].sort((a, b) => a.size - b.size);
  return Promise.all(kept.map((checkpoint) => anchorOf(client, logId, checkpoint)));
}

async function firstDated(client: Queryable, logId: number, last: number): Promise<number[]> {
  const { rows } = await client.query<{ size: number | null }>(
    `SELECT min(size)::float8 AS size FROM cosignature WHERE log_id = $1 AND size > $2
     UNION ALL SELECT min(size)::float8 FROM timestamp_token WHERE log_id = $1 AND size > $2`,
    [logId, last],
  );
  return rows.flatMap(({ size }) => (size === null ? [] : [size]));
}

async function anchorOf(client: Queryable, logId: number, checkpoint: StoredCheckpoint): Promise<BundleAnchor> {
  const { size } = checkpoint;
  // A published note has its cosignatures already; the stored one is the log's own alone.
  const stored = (await checkpointOfSize(client, logId, size)) ?? checkpoint;
  const tokens = await readTimestamps(client, logId, size, size, 8);
  return {
    size,
    line: {
      type: 'checkpoint',
      log: logId,
      note: await cosignedNote(client, stored),
      ...(tokens.length > 0 && { timestamps: tokens.map(({ token }) => toBase64(token)) }),
    },
  };
}
