import { concat } from '../core/provenance/bytes';
import { LogStateError } from '../core/provenance/log-writer';
import type { ObservedBatch } from '../core/provenance/observer';
import type { BatchCommit } from './commit-contract';
import type { LogHead } from './log';
import type { Queryable } from './pool';
import { tileReader } from './tiles';

/** SQL that stores the observer's signature over a batch, one row of it; made of digits, base64url and dots alone. */
export function insertObserved({ logId, was, eventCount, observed }: BatchCommit): string {
  if (observed === null) return 'SELECT';
  const { root, kid, sig } = observed;
  if (!/^[\w-]+$/.test(kid) || !/^[\w.-]+$/.test(sig)) throw new TypeError('no kid or signature of an observer');
  return `INSERT INTO observer_batch (log_id, from_index, size, root, kid, sig)
    VALUES (${logId}, ${was.size}, ${eventCount}, '\\x${Buffer.from(root).toString('hex')}', '${kid}', '${sig}') ON CONFLICT DO NOTHING`;
}

export interface StoredObservation extends Omit<ObservedBatch, 'log'> {
  kid: string;
  sig: string;
}

/** The batch that the entry came in with; null where none was signed. */
export async function observationOf(
  client: Queryable,
  logId: number,
  index: number,
): Promise<StoredObservation | null> {
  const { rows } = await client.query<{ from: string; size: number; root: Buffer; kid: string; sig: string }>(
    `SELECT from_index AS from, size, root, kid, sig FROM observer_batch
     WHERE log_id = $1 AND from_index <= $2 ORDER BY from_index DESC LIMIT 1`,
    [logId, index],
  );
  const [row] = rows;
  if (!row || index >= Number(row.from) + row.size) return null;
  return { ...row, from: Number(row.from), root: concat(row.root) };
}

/** Up to `limit` batches of a log from the index `from` on. */
export async function readObservations(
  client: Queryable,
  logId: number,
  from: number,
  limit: number,
): Promise<StoredObservation[]> {
  const { rows } = await client.query<{ from: string; size: number; root: Buffer; kid: string; sig: string }>(
    `SELECT from_index AS from, size, root, kid, sig FROM observer_batch
     WHERE log_id = $1 AND from_index >= $2 ORDER BY from_index LIMIT $3`,
    [logId, from, limit],
  );
  return rows.map((row) => ({ ...row, from: Number(row.from), root: concat(row.root) }));
}

/** Hashes of the leaves of a batch, in order. Throws LogStateError where some are missing. */
export async function leavesOfBatch(
  client: Queryable,
  log: Pick<LogHead, 'id' | 'kind' | 'size'>,
  { from, size }: Pick<ObservedBatch, 'from' | 'size'>,
): Promise<Uint8Array[]> {
  const first = Math.floor(from / 256);
  const complete = Math.min(Math.ceil((from + size) / 256), Math.floor(log.size / 256));
  const { rows } = await client.query<{ hashes: Buffer }>(
    'SELECT hashes FROM log_tile WHERE log_id = $1 AND level = 0 AND index >= $2 AND index < $3 ORDER BY index',
    [log.id, first, complete],
  );
  const parts: Uint8Array[] = rows.map(({ hashes }) => hashes);
  if (from + size > complete * 256) {
    const edge = { level: 0, index: Math.max(first, complete), width: log.size % 256 };
    parts.push(...(await tileReader(client, log)([edge])));
  }
  const hashes = concat(...parts);
  const begin = (from - first * 256) * 32;
  if (hashes.length < begin + size * 32) throw new LogStateError(`leaves of the batch at ${from} are missing`);
  return Array.from({ length: size }, (_, i) => hashes.subarray(begin + i * 32, begin + (i + 1) * 32));
}
