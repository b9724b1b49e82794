import { concat } from '../core/provenance/bytes';
import { LogStateError, type Tile } from '../core/provenance/log-writer';
import type { ReadTiles, TileRequest } from '../core/provenance/proof';
import { leafTable } from './leaves';
import type { LogHead } from './log';
import type { Queryable } from './pool';

/** Stores tiles that an append completed; in the transaction that moves the head. */
export async function writeTiles(client: Queryable, logId: number, tiles: Tile[]): Promise<void> {
  if (tiles.length === 0) return;
  await client.query({
    name: 'write_tiles',
    text: `INSERT INTO log_tile (log_id, level, index, hashes, root)
      SELECT $1, * FROM unnest($2::int2[], $3::int8[], $4::bytea[], $5::bytea[])`,
    values: [
      logId,
      tiles.map((tile) => tile.level),
      tiles.map((tile) => tile.index),
      tiles.map((tile) => Buffer.from(tile.hashes)),
      tiles.map((tile) => Buffer.from(tile.root)),
    ],
  });
}

/**
 * Reads tiles of a log: complete ones from their table, incomplete ones from the leaves, or from the roots of the tiles below.
 * Throws LogStateError where some of it is missing.
 */
export function tileReader(client: Queryable, log: Pick<LogHead, 'id' | 'kind'>): ReadTiles {
  return async (requests) => {
    const tiles: Uint8Array[] = [];
    for (const request of requests) {
      const tile =
        request.width === 256
          ? await readComplete(client, log.id, request)
          : request.level === 0
            ? await readLeaves(client, log, request)
            : await readRoots(client, log.id, request);
      if (tile.length !== request.width * 32) {
        throw new LogStateError(
          `tile ${request.index} of level ${request.level} has ${tile.length / 32} of its ${request.width} hashes`,
        );
      }
      tiles.push(tile);
    }
    return tiles;
  };
}

async function readComplete(client: Queryable, logId: number, { level, index }: TileRequest): Promise<Uint8Array> {
  const { rows } = await client.query<{ hashes: Buffer }>(
    'SELECT hashes FROM log_tile WHERE log_id = $1 AND level = $2 AND index = $3',
    [logId, level, index],
  );
  return concat(...rows.map((row) => row.hashes));
}

async function readRoots(client: Queryable, logId: number, { level, index, width }: TileRequest): Promise<Uint8Array> {
  const first = index * 256;
  const { rows } = await client.query<{ root: Buffer }>(
    'SELECT root FROM log_tile WHERE log_id = $1 AND level = $2 AND index >= $3 AND index < $4 ORDER BY index',
    [logId, level - 1, first, first + width],
  );
  return concat(...rows.map((row) => row.root));
}

/** Where retention took rows away, their hashes are kept: in log_edge, or in the tile once it is complete. */
async function readLeaves(
  client: Queryable,
  log: Pick<LogHead, 'id' | 'kind'>,
  { index, width }: TileRequest,
): Promise<Uint8Array> {
  const first = index * 256;
  const there = 'log_id = $1 AND log_index >= $2 AND log_index < $3';
  const { rows } = await client.query<{ leaf_hash: Buffer }>(
    `SELECT leaf_hash FROM (
       SELECT log_index, leaf_hash FROM ${leafTable(log.kind)} WHERE ${there}
       UNION ALL SELECT log_index, leaf_hash FROM log_edge WHERE ${there}) AS leaves ORDER BY log_index`,
    [log.id, first, first + width],
  );
  if (rows.length >= width) return concat(...rows.map((row) => row.leaf_hash));
  const complete = await readComplete(client, log.id, { level: 0, index, width: 256 });
  return complete.length > 0 ? complete.subarray(0, width * 32) : concat(...rows.map((row) => row.leaf_hash));
}
