import type { ClientBase } from 'pg';
import { concat, equalBytes } from '../core/provenance/bytes';
import { type LogState, LogStateError, LogWriter, partialWidth, tileLevels } from '../core/provenance/log-writer';
import { emptyRoot } from '../core/provenance/merkle';
import { sha256 } from '../platform/crypto';
import { originFor } from './origin';
import type { Queryable } from './pool';
import { tileReader } from './tiles';

/** Which log: the one of a Kafka partition, of HTTP ingest, or of what people do in the console. */
export type LogName = { kind: 'kafka'; topic: string; partition: number } | { kind: 'http' } | { kind: 'console' };

/** The head row of a log. */
export interface LogHead {
  id: number;
  /** Name in checkpoints. */
  origin: string;
  kind: LogName['kind'];
  topic: string | null;
  partition: number | null;
  size: number;
  root: Uint8Array;
  frontier: Uint8Array;
  /** Next Kafka offset; null before the first, and for logs without Kafka. */
  nextOffset: bigint | null;
}

/** The head of a log, which is created without leaves where it is missing. Safe to call from several processes at once. */
export async function ensureLog(client: Queryable, name: LogName): Promise<LogHead> {
  const { topic, partition } = name.kind === 'kafka' ? name : { topic: null, partition: null };
  const key = [name.kind, topic, partition];
  const isIt = 'kind = $1 AND topic IS NOT DISTINCT FROM $2 AND partition IS NOT DISTINCT FROM $3';
  const found = await readHead(client, isIt, key);
  if (found) return found;
  await client.query(
    'INSERT INTO log (kind, topic, partition, origin, root) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING',
    [...key, await originFor(client, name), emptyRoot(sha256)],
  );
  return (await readHead(client, isIt, key)) as LogHead;
}

/** The head, locked until the transaction ends: for logs whose writers take turns (HTTP ingest, the console). */
export async function lockLog(client: ClientBase, id: number): Promise<LogHead> {
  return (await readHead(client, 'id = $1 FOR UPDATE', [id])) as LogHead;
}

/** All logs, oldest first. */
export async function readLogs(client: Queryable): Promise<LogHead[]> {
  const { rows } = await client.query<HeadRow>(`SELECT ${headColumns} FROM log ORDER BY id`);
  return rows.map(headOf);
}

/** One log, or null. */
export const readLog = (client: Queryable, id: number): Promise<LogHead | null> => readHead(client, 'id = $1', [id]);

/**
 * What the log's writer must know, from the leaves and tiles at the right edge. Throws LogStateError where they do not lead to
 * the head's root: then somebody changed the log, and nothing may be appended until `custody fsck` was read.
 */
export async function loadLogState(client: Queryable, head: LogHead): Promise<LogState> {
  const levels = Array.from({ length: tileLevels(head.size) }, (_, level) => level);
  const edges = levels
    .map((level) => ({
      level,
      index: Math.floor(head.size / 256 ** (level + 1)),
      width: partialWidth(head.size, level),
    }))
    .filter(({ width }) => width > 0);
  const partial: Uint8Array[] = levels.map(() => new Uint8Array(0));
  try {
    const tiles = await tileReader(client, head)(edges);
    edges.forEach(({ level }, i) => {
      partial[level] = tiles[i] as Uint8Array;
    });
    const state = { size: head.size, frontier: head.frontier, partial };
    if (!equalBytes(new LogWriter(sha256, state).root(), head.root)) {
      throw new LogStateError('the root of the head is not that of its leaves');
    }
    return state;
  } catch (error) {
    if (!(error instanceof LogStateError)) throw error;
    throw new LogStateError(`${head.origin} at size ${head.size}: ${error.message}; \`custody fsck\` says where`);
  }
}

const headColumns = 'id, origin, kind, topic, partition, size, root, frontier, next_offset';

interface HeadRow {
  id: number;
  origin: string;
  kind: LogName['kind'];
  topic: string | null;
  partition: number | null;
  size: string;
  root: Buffer;
  frontier: Buffer;
  next_offset: string | null;
}

async function readHead(client: Queryable, where: string, values: unknown[]): Promise<LogHead | null> {
  const { rows } = await client.query<HeadRow>(`SELECT ${headColumns} FROM log WHERE ${where}`, values);
  return rows[0] ? headOf(rows[0]) : null;
}

const headOf = (row: HeadRow): LogHead => ({
  id: row.id,
  origin: row.origin,
  kind: row.kind,
  topic: row.topic,
  partition: row.partition,
  size: Number(row.size),
  root: concat(row.root),
  frontier: concat(row.frontier),
  nextOffset: row.next_offset === null ? null : BigInt(row.next_offset),
});
