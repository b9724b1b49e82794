import { equalBytes, toHex } from '../core/provenance/bytes';
import { hashLeaf } from '../core/provenance/leaf';
import { LogStateError, perfectSubtrees, split } from '../core/provenance/log-writer';
import { verifyConsistency } from '../core/provenance/merkle';
import { consistencyProof } from '../core/provenance/proof';
import { sha256 } from '../platform/crypto';
import { latestCheckpoint, type StoredCheckpoint } from './checkpoint';
import { readLeaves } from './leaves';
import { type LogHead, loadLogState, readLog } from './log';
import type { Queryable } from './pool';
import { tileReader } from './tiles';

/** Newest complete tiles of each level that are looked at: at level 0 the hashes of 262,144 entries. */
const tilesBack = 1_024;
/** Newest entries whose content is hashed again. */
const entriesBack = 512;

/**
 * Whether a log may be appended to: the head against the leaves and tiles at its right edge and against its newest checkpoint, the
 * newest tiles of each level against the tiles above, the newest entries against their content. What lies further back is `custody
 * fsck`'s. Throws LogStateError that says what does not fit.
 */
export async function checkLog(client: Queryable, head: LogHead): Promise<void> {
  await loadLogState(client, head);
  const last = await latestCheckpoint(client, head.id);
  if (last) await checkContinues(client, head, last);
  await checkTiles(client, head);
  await checkEntries(client, head);
}

/** Throws LogStateError where the head is not a continuation of the checkpoint. */
export async function checkContinues(client: Queryable, was: LogHead, last: StoredCheckpoint): Promise<void> {
  // Another worker may have appended and signed since the head was read.
  const head = was.size < last.size ? ((await readLog(client, was.id)) as LogHead) : was;
  if (head.size < last.size)
    throw unfit(head, `the log has ${head.size} entries, but a checkpoint was signed at ${last.size}`);
  if (head.size === last.size) {
    if (!equalBytes(head.root, last.root))
      throw unfit(head, `the root at ${head.size} entries is not the one that was signed`);
    return;
  }
  const proof = await consistencyProof(sha256, tileReader(client, head), last.size, head.size);
  if (!verifyConsistency(sha256, last.size, last.root, head.size, head.root, proof))
    throw unfit(head, `the log at ${head.size} entries does not continue its checkpoint at ${last.size}`);
}

const unfit = (head: LogHead, why: string): LogStateError =>
  new LogStateError(`${head.origin}: ${why}; \`custody fsck\` says where`);

interface TileRow {
  level: number;
  index: string;
  hashes: Buffer;
  root: Buffer;
  /** Roots of the tiles below, where there are any. */
  below: Buffer | null;
}

async function checkTiles(client: Queryable, head: LogHead): Promise<void> {
  const { rows } = await client.query<TileRow>(
    `SELECT level, index, hashes, root, (SELECT string_agg(below.root, ''::bytea ORDER BY below.index) FROM log_tile AS below
       WHERE below.log_id = tile.log_id AND below.level = tile.level - 1
         AND below.index >= tile.index * 256 AND below.index < (tile.index + 1) * 256) AS below
     FROM log_tile AS tile WHERE log_id = $1 AND index >= $2 / (256::numeric ^ (level + 1)) - $3`,
    [head.id, head.size, tilesBack],
  );
  for (const { level, index, hashes, root, below } of rows) {
    const [top] = perfectSubtrees(sha256, split(hashes));
    const fits = top && equalBytes(top, root) && (level === 0 || (below !== null && equalBytes(below, hashes)));
    if (!fits) throw unfit(head, `tile ${index} of level ${level} is not that of what lies below`);
  }
}

async function checkEntries(client: Queryable, head: LogHead): Promise<void> {
  const from = Math.max(0, Math.floor((head.size - entriesBack) / 256) * 256);
  const rows = new Map((await readLeaves(client, head, from, head.size)).map((leaf) => [leaf.index, leaf]));
  const gone = await prunedWithin(client, head.id, from, head.size);
  for (let first = from; first < head.size; first += 256) {
    const width = Math.min(256, head.size - first);
    const [tile] = await tileReader(client, head)([{ level: 0, index: first / 256, width }]);
    for (const [at, hash] of split(tile as Uint8Array).entries()) {
      const leaf = rows.get(first + at);
      if (!leaf && gone(first + at)) continue;
      if (!leaf) throw unfit(head, `entry ${first + at} is missing`);
      if (toHex(sha256(leaf.body)) !== leaf.record.event_hash)
        throw unfit(head, `the content of entry ${leaf.index} was changed`);
      if (!equalBytes(hashLeaf(sha256, leaf.record), hash))
        throw unfit(head, `entry ${leaf.index} is not the one in the tree`);
    }
  }
}

/** Which entries retention took away. */
export async function prunedWithin(
  client: Queryable,
  logId: number,
  from: number,
  to: number,
): Promise<(index: number) => boolean> {
  const ranges = await prunedRanges(client, logId, from, to);
  return (index) => ranges.some(({ first, last }) => first <= index && index <= last);
}

/** Stretches of entries that retention took away and that touch `from` <= index < `to`; `last` belongs to it. */
export async function prunedRanges(
  client: Queryable,
  logId: number,
  from: number,
  to: number,
): Promise<{ first: number; last: number }[]> {
  const { rows } = await client.query<{ first: number; last: number }>(
    `SELECT from_index::float8 AS first, to_index::float8 AS last FROM retention_range
     WHERE log_id = $1 AND from_index < $3 AND to_index >= $2 ORDER BY from_index`,
    [logId, from, to],
  );
  return rows;
}
