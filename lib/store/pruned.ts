import type { Queryable } from './pool';
import { readDrop } from './retention-drop';

/** What retention took away, as far as the console's log confirms it. */
export interface Pruned {
  /** By log: stretches of entries, both ends belong to it; by index. */
  ranges: Map<number, { from: number; to: number }[]>;
  /** By source and epoch, joined by U+0000: how many events of the chain went, and up to which sequence. */
  chains: Map<string, { events: number; to: bigint }>;
  /** Drops whose rows are not what the console's log says of them: they excuse nothing. */
  forged: { id: string; day: string }[];
}

export async function readPruned(client: Queryable): Promise<Pruned> {
  const pruned: Pruned = { ranges: new Map(), chains: new Map(), forged: [] };
  const { rows: drops } = await client.query<{ id: string }>('SELECT id FROM retention_drop ORDER BY dropped_at, id');
  const confirmed: string[] = [];
  for (const { id } of drops) {
    const drop = await readDrop(client, id);
    if (await isLogged(client, drop)) confirmed.push(id);
    else pruned.forged.push({ id, day: drop.day });
  }
  const { rows: ranges } = await client.query<{ log_id: number; from: number; to: number }>(
    `SELECT log_id, from_index::float8 AS from, to_index::float8 AS to FROM retention_range WHERE drop_id = ANY ($1) ORDER BY log_id, from_index`,
    [confirmed],
  );
  for (const { log_id, from, to } of ranges) {
    const before = pruned.ranges.get(log_id);
    if (before) before.push({ from, to });
    else pruned.ranges.set(log_id, [{ from, to }]);
  }
  const { rows: chains } = await client.query<{ source: string; epoch: string; events: number; to: string }>(
    `SELECT source, epoch, sum(events)::float8 AS events, max(to_sequence) AS to FROM retention_chain WHERE drop_id = ANY ($1) GROUP BY source, epoch`,
    [confirmed],
  );
  for (const { source, epoch, events, to } of chains) {
    pruned.chains.set(`${source}\0${epoch}`, { events, to: BigInt(to) });
  }
  return pruned;
}

/** Whether the audit entry of the drop says what its rows say. Of a day without anything there is none. */
async function isLogged(client: Queryable, drop: Awaited<ReturnType<typeof readDrop>>): Promise<boolean> {
  if (drop.events + drop.sealedValues + drop.ranges === 0) return true;
  const { rows } = await client.query<{ body: string }>(
    `SELECT body FROM audit_entry WHERE action = 'retention.drop' AND actor = 'system' AND target = $1`,
    [`retention_drop:${drop.id}`],
  );
  const said = rows[0] && JSON.parse(rows[0].body)?.detail?.after;
  return (
    said?.day === drop.day &&
    said.events === drop.events &&
    said.ranges === drop.ranges &&
    said.ranges_hash === drop.rangesHash &&
    JSON.stringify(said.logs.map(inOrder)) === JSON.stringify(drop.logs.map(inOrder))
  );
}

const inOrder = ({ origin, events, size, root }: { origin: string; events: number; size: number; root: string }) => [
  origin,
  events,
  size,
  root,
];

/** Leaf hashes of entries with `from` <= index < `to` that are kept without their rows: in complete tiles and log_edge. */
export async function keptHashes(
  client: Queryable,
  logId: number,
  from: number,
  to: number,
): Promise<Map<number, Uint8Array>> {
  const hashes = new Map<number, Uint8Array>();
  const { rows: tiles } = await client.query<{ index: number; hashes: Buffer }>(
    'SELECT index::float8 AS index, hashes FROM log_tile WHERE log_id = $1 AND level = 0 AND index >= $2 AND index <= $3',
    [logId, Math.floor(from / 256), Math.floor((to - 1) / 256)],
  );
  for (const tile of tiles) {
    for (let i = 0; i < 256; i++) hashes.set(tile.index * 256 + i, tile.hashes.subarray(i * 32, i * 32 + 32));
  }
  const { rows: edge } = await client.query<{ index: number; leaf_hash: Buffer }>(
    'SELECT log_index::float8 AS index, leaf_hash FROM log_edge WHERE log_id = $1 AND log_index >= $2 AND log_index < $3',
    [logId, from, to],
  );
  for (const { index, leaf_hash } of edge) if (!hashes.has(index)) hashes.set(index, leaf_hash);
  return hashes;
}
