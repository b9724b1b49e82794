import { generateKeyPairSync } from 'node:crypto';
import type { ClientBase } from 'pg';
import { toHex } from '../../core/provenance/bytes';
import { signCheckpoint } from '../../core/provenance/checkpoint';
import { hashLeaf } from '../../core/provenance/leaf';
import { LogWriter } from '../../core/provenance/log-writer';
import { rawPublicKey, sha256, signerOf } from '../../platform/crypto';
import { readEventRows } from '../fsck/rows';
import type { LogCopy } from './copy';

/** Makes one change on the copy; answers which row or byte, or null where the copy has nothing of the kind. */
export type Damage = (client: ClientBase, copy: LogCopy, pick: (below: number) => number) => Promise<string | null>;

/** Every kind of change that somebody with all rights in the database could make. All of them name `pg_temp`: the copy, and nothing else. */
export const damages: Record<string, Damage> = {
  'one character of a body': async (client, copy, pick) => {
    const index = await entry(client, copy, pick);
    return index === null ? null : changeBody(client, copy, index, pick);
  },
  'a body together with its hash': async (client, copy, pick) => {
    const index = await entry(client, copy, pick);
    if (index === null) return null;
    await changeBody(client, copy, index, pick);
    await client.query(`UPDATE pg_temp.event SET event_hash = sha256(convert_to(body, 'UTF8')) WHERE log_index = $1`, [
      index,
    ]);
    return `event ${index}`;
  },
  'a body together with its hash and leaf': rewriteEntry,
  'a whole history, up to the head': async (client, copy, pick) => {
    const where = await rewriteEntry(client, copy, pick);
    if (where === null) return null;
    await rebuild(client, copy);
    return where;
  },
  'a column that screens read': async (client, copy, pick) => {
    const column = ['tool', 'server', 'session', 'status', 'method', 'client'][pick(6)];
    return onEntry(client, copy, pick, `${column} = coalesce(${column}, '') || 'x'`, column);
  },
  'who acted': (client, copy, pick) => onEntry(client, copy, pick, `actor = coalesce(actor, '') || 'x'`, 'actor'),
  'the time of recording': (client, copy, pick) =>
    onEntry(client, copy, pick, `recorded_at = recorded_at + interval '${1 + pick(1000)} ms'`, 'recorded_at'),
  'by whose key it was signed': (client, copy, pick) =>
    onEntry(client, copy, pick, `kid = CASE WHEN kid IS NULL THEN 'another' END`, 'kid'),
  'an entry taken away': async (client, copy, pick) => {
    const index = await entry(client, copy, pick);
    if (index === null) return null;
    await client.query('DELETE FROM pg_temp.event WHERE log_index = $1', [index]);
    return `event ${index}`;
  },
  'the newest entries cut off, with the head': async (client, copy, pick) => {
    const left = copy.head.size - 1 - pick(Math.min(100, copy.head.size - copy.start.size));
    await client.query('DELETE FROM pg_temp.event WHERE log_index >= $1', [left]);
    await client.query('UPDATE pg_temp.log SET size = $1', [left]);
    return `entries from ${left} on`;
  },
  'two entries in the other order': async (client, copy, pick) => {
    const [a, b] = [await entry(client, copy, pick), await entry(client, copy, pick)];
    if (a === null || b === null || a === b) return null;
    await client.query(
      'UPDATE pg_temp.event SET log_index = CASE log_index WHEN $1::int8 THEN $2::int8 ELSE $1::int8 END WHERE log_index IN ($1, $2)',
      [a, b],
    );
    return `events ${a} and ${b}`;
  },
  'an entry put in': async (client, copy, pick) => {
    const index = await entry(client, copy, pick);
    if (index === null) return null;
    await client.query('INSERT INTO pg_temp.event SELECT * FROM pg_temp.event WHERE log_index = $1', [index]);
    return `event ${index}, twice`;
  },
  'one bit of a tile': (client, { start }, pick) =>
    flip(client, 'log_tile', 'hashes', pick, `(index + 1) * 256::numeric ^ (level + 1) > ${start.size}`),
  'one bit of the head’s root': (client, _, pick) => flip(client, 'log', 'root', pick),
  'one bit of a checkpoint’s root': (client, _, pick) => flip(client, 'checkpoint', 'root', pick),
  'a checkpoint signed by another key': async (client, { head }) => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const { origin, size, root } = head;
    const note = signCheckpoint(sha256, { origin, size, root }, rawPublicKey(privateKey), signerOf(privateKey));
    await client.query('UPDATE pg_temp.checkpoint SET note = $1 WHERE size = $2', [note, size]);
    return `checkpoint ${size}`;
  },
  'the observer’s signature': async (client, _, pick) => {
    const { rows } = await client.query<{ from_index: string }>('SELECT from_index FROM pg_temp.observer_batch');
    const row = rows[pick(rows.length)];
    if (!row) return null;
    await client.query(
      `UPDATE pg_temp.observer_batch SET sig = overlay(sig placing
         CASE WHEN substr(sig, length(sig) - 40, 1) = 'A' THEN 'B' ELSE 'A' END from length(sig) - 40) WHERE from_index = $1`,
      [row.from_index],
    );
    return `observer_batch ${row.from_index}`;
  },
};

/** Index of some entry whose row is there. */
async function entry(
  client: ClientBase,
  { start, head }: LogCopy,
  pick: (below: number) => number,
): Promise<number | null> {
  const from = start.size + pick(head.size - start.size);
  const { rows } = await client.query<{ index: number }>(
    `SELECT log_index::float8 AS index FROM pg_temp.event ORDER BY log_index >= $1 DESC, log_index LIMIT 1`,
    [from],
  );
  return rows[0]?.index ?? null;
}

async function onEntry(
  client: ClientBase,
  copy: LogCopy,
  pick: (below: number) => number,
  set: string,
  what = '',
): Promise<string | null> {
  const index = await entry(client, copy, pick);
  if (index === null) return null;
  await client.query(`UPDATE pg_temp.event SET ${set} WHERE log_index = $1`, [index]);
  return `event ${index}, ${what}`;
}

async function changeBody(
  client: ClientBase,
  { head }: LogCopy,
  index: number,
  pick: (below: number) => number,
): Promise<string> {
  const [row] = await readEventRows(client, head.id, index, index + 1);
  const characters = Array.from(row?.leaf.body ?? '');
  const at = pick(characters.length);
  characters[at] = characters[at] === 'x' ? 'y' : 'x';
  await client.query('UPDATE pg_temp.event SET body = $2 WHERE log_index = $1', [index, characters.join('')]);
  return `event ${index}, character ${at}`;
}

async function rewriteEntry(
  client: ClientBase,
  copy: LogCopy,
  pick: (below: number) => number,
): Promise<string | null> {
  const index = await entry(client, copy, pick);
  if (index === null) return null;
  const [row] = await readEventRows(client, copy.head.id, index, index + 1);
  if (!row) return null;
  const body = row.leaf.body.replace(/"time":"2(\d)/, (_, digit) => `"time":"2${(Number(digit) + 1) % 10}`);
  const eventHash = sha256(body);
  const leaf = hashLeaf(sha256, { ...row.leaf.record, event_hash: toHex(eventHash) });
  await client.query('UPDATE pg_temp.event SET body = $2, event_hash = $3, leaf_hash = $4 WHERE log_index = $1', [
    index,
    body,
    eventHash,
    leaf,
  ]);
  return `event ${index}`;
}

/** Tiles and head as they would be for the rows as they are. */
async function rebuild(client: ClientBase, { head, start }: LogCopy): Promise<void> {
  const writer = new LogWriter(sha256, start);
  const rows = await readEventRows(client, head.id, start.size, head.size);
  const { newTiles, root } = writer.append(rows.map(({ leaf }) => leaf.leafHash));
  for (const { level, index, hashes, root: top } of newTiles) {
    await client.query('UPDATE pg_temp.log_tile SET hashes = $3, root = $4 WHERE level = $1 AND index = $2', [
      level,
      index,
      hashes,
      top,
    ]);
  }
  await client.query('UPDATE pg_temp.log SET root = $1, frontier = $2', [root, writer.frontier()]);
}

async function flip(
  client: ClientBase,
  table: 'log' | 'log_tile' | 'checkpoint',
  column: 'hashes' | 'root',
  pick: (below: number) => number,
  where = 'true',
): Promise<string | null> {
  const { rows } = await client.query<{ row: string; bytes: number }>(
    `SELECT ctid::text AS row, length(${column}) AS bytes FROM pg_temp.${table} WHERE ${where} ORDER BY ctid`,
  );
  const chosen = rows[pick(rows.length)];
  if (!chosen) return null;
  const bit = pick(chosen.bytes * 8);
  await client.query(
    `UPDATE pg_temp.${table} SET ${column} = set_bit(${column}, $2, 1 - get_bit(${column}, $2)) WHERE ctid = $1::tid`,
    [chosen.row, bit],
  );
  return `${table} ${rows.indexOf(chosen)}, bit ${bit}`;
}
