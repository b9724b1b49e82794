import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { signCheckpoint } from '../../../lib/core/provenance/checkpoint';
import { hashLeaf } from '../../../lib/core/provenance/leaf';
import { LogWriter } from '../../../lib/core/provenance/log-writer';
import { rawPublicKey, sha256, signerOf } from '../../../lib/platform/crypto';
import { insertCheckpoint } from '../../../lib/store/checkpoint';
import { ensureLog } from '../../../lib/store/log';
import { writeTiles } from '../../../lib/store/tiles';

export interface LargeLog {
  publicKey: Uint8Array;
  /** Events with rows, spread over the log. */
  events: { id: string; time: string }[];
}

const time = '2026-11-21T12:00:00.000Z';
const origin = 'custody.bench/large';

/** A log of so many leaves, with all its tiles; of `asked` of them, and of those that no tile holds yet, there are rows. */
export async function makeLargeLog(pool: Pool, size: number, asked: number): Promise<LargeLog> {
  const log = await ensureLog(pool, { kind: 'kafka', topic: 'large', partition: 0 });
  await pool.query('SELECT ensure_event_partition($1::date)', [time.slice(0, 10)]);
  const events: LargeLog['events'] = [];
  const every = Math.floor(size / asked);
  const writer = new LogWriter(sha256);
  const step = 100_000;
  for (let from = 0; from < size; from += step) {
    const count = Math.min(step, size - from);
    const bytes = randomBytes(count * 32);
    const leaves: Uint8Array[] = Array.from(
      { length: count },
      (_, i) => new Uint8Array(bytes.subarray(i * 32, i * 32 + 32)),
    );
    const rows: Row[] = [];
    for (let i = 0; i < count; i++) {
      const index = from + i;
      const isAsked = index % every === every >> 1;
      if (!isAsked && index < size - (size % 256)) continue;
      const row = rowAt(index);
      leaves[i] = row.leaf;
      rows.push(row);
      if (isAsked) events.push({ id: row.id, time });
    }
    await insertRows(pool, log.id, rows);
    const { newTiles } = writer.append(leaves);
    for (let at = 0; at < newTiles.length; at += 500) await writeTiles(pool, log.id, newTiles.slice(at, at + 500));
  }
  await pool.query('UPDATE log SET size = $2, root = $3, frontier = $4, origin = $5 WHERE id = $1', [
    log.id,
    writer.size,
    writer.root(),
    writer.frontier(),
    origin,
  ]);
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicKey = rawPublicKey(privateKey);
  const checkpoint = { origin, size: writer.size, root: writer.root() };
  const note = signCheckpoint(sha256, checkpoint, publicKey, signerOf(privateKey));
  await insertCheckpoint(pool, { logId: log.id, size: writer.size, root: writer.root(), note });
  await pool.query('ANALYZE log_tile; ANALYZE event');
  return { publicKey, events };
}

interface Row {
  index: number;
  id: string;
  body: string;
  hash: Uint8Array;
  leaf: Uint8Array;
}

function rowAt(index: number): Row {
  const id = randomUUID();
  const body = `{"id":"${id}"}`;
  const hash = sha256(body);
  const leaf = hashLeaf(sha256, {
    v: 1,
    id,
    source: 'urn:bench',
    event_hash: Buffer.from(hash).toString('hex'),
    recorded_at: time,
  });
  return { index, id, body, hash, leaf };
}

async function insertRows(pool: Pool, logId: number, rows: Row[]): Promise<void> {
  await pool.query(
    `INSERT INTO event (time, id, log_id, log_index, recorded_at, source, type, status, format, assertion, event_hash, leaf_hash, body)
     SELECT $1, id, $2, place, $1, 'urn:bench', 'mcp.audit.rpc.tools_call.v1', 'success', 'native', 'observed', hash, leaf, body
     FROM unnest($3::uuid[], $4::int8[], $5::bytea[], $6::bytea[], $7::text[]) AS row (id, place, hash, leaf, body)`,
    [
      time,
      logId,
      rows.map(({ id }) => id),
      rows.map(({ index }) => index),
      rows.map(({ hash }) => Buffer.from(hash)),
      rows.map(({ leaf }) => Buffer.from(leaf)),
      rows.map(({ body }) => body),
    ],
  );
}
