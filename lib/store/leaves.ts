import { toHex } from '../core/provenance/bytes';
import { consoleSource, formatSequence, type LeafRecord, subjectOf } from '../core/provenance/leaf';
import type { LogHead } from './log';
import type { Queryable } from './pool';

/** A row that is a leaf of a log: an event, or an audit entry. */
export interface StoredLeaf {
  logId: number;
  index: number;
  /** Canonical JSON. */
  body: string;
  /** As the row's columns make it, with the stored hash of the body. */
  record: LeafRecord;
  /** As stored. */
  leafHash: Uint8Array;
}

/** The leaf of an event, or null. With `time` (the event's) one day is searched, else all. */
export async function readEventLeaf(client: Queryable, id: string, time?: string): Promise<StoredLeaf | null> {
  const { rows } = await client.query<LeafRow>(
    `SELECT ${columns.event} FROM event WHERE id = $1 ${time ? 'AND time = $2' : ''} ORDER BY log_index LIMIT 1`,
    time ? [id, time] : [id],
  );
  return rows[0] ? leafOf(rows[0]) : null;
}

/** The leaf of an audit entry, or null. */
export async function readAuditLeaf(client: Queryable, id: string): Promise<StoredLeaf | null> {
  const { rows } = await client.query<LeafRow>(`SELECT ${columns.audit_entry} FROM audit_entry WHERE id = $1`, [id]);
  return rows[0] ? leafOf(rows[0]) : null;
}

/** The rows of a log with `from` <= index < `to`, by index. */
export async function readLeaves(
  client: Queryable,
  log: Pick<LogHead, 'id' | 'kind'>,
  from: number,
  to: number,
): Promise<StoredLeaf[]> {
  const table = leafTable(log.kind);
  const { rows } = await client.query<LeafRow>(
    `SELECT ${columns[table]} FROM ${table} WHERE log_id = $1 AND log_index >= $2 AND log_index < $3 ORDER BY log_index`,
    [log.id, from, to],
  );
  return rows.map(leafOf);
}

/** The same without their bodies, which are most of what there is to read: `body` is empty. */
export async function readLeafRecords(
  client: Queryable,
  log: Pick<LogHead, 'id' | 'kind'>,
  from: number,
  to: number,
): Promise<StoredLeaf[]> {
  const table = leafTable(log.kind);
  const { rows } = await client.query<LeafRow>(
    `SELECT ${columns[table].replace(/body$/, `'' AS body`)} FROM ${table}
     WHERE log_id = $1 AND log_index >= $2 AND log_index < $3 ORDER BY log_index`,
    [log.id, from, to],
  );
  return rows.map(leafOf);
}

/** The rows of a log at these indexes, which rise; those that are not there are left out. */
export async function readLeavesAt(
  client: Queryable,
  log: Pick<LogHead, 'id' | 'kind'>,
  indexes: readonly number[],
): Promise<StoredLeaf[]> {
  const table = leafTable(log.kind);
  const { rows } = await client.query<LeafRow>(
    `SELECT ${columns[table]} FROM ${table} WHERE log_id = $1 AND log_index = ANY($2) ORDER BY log_index`,
    [log.id, indexes],
  );
  return rows.map(leafOf);
}

/** The table whose rows are the leaves of such a log. */
export const leafTable = (kind: LogHead['kind']): 'audit_entry' | 'event' =>
  kind === 'console' ? 'audit_entry' : 'event';

const columns = {
  event:
    'log_id, log_index, id, source, epoch, sequence, kid, registry, actor, recorded_at, event_hash, leaf_hash, body',
  audit_entry: `log_id, log_index, id, '${consoleSource}' AS source, NULL AS epoch, NULL AS sequence, NULL AS kid, NULL AS registry, NULL AS actor,
    time AS recorded_at, event_hash, leaf_hash, body`,
};

interface LeafRow {
  log_id: number;
  log_index: string;
  id: string;
  source: string;
  epoch: string | null;
  sequence: string | null;
  kid: string | null;
  registry: string | null;
  actor: string | null;
  recorded_at: Date;
  event_hash: Buffer;
  leaf_hash: Buffer;
  body: string;
}

const leafOf = (row: LeafRow): StoredLeaf => ({
  logId: row.log_id,
  index: Number(row.log_index),
  body: row.body,
  record: {
    v: 1,
    id: row.id,
    source: row.source,
    epoch: row.epoch ?? undefined,
    sequence: row.sequence === null ? undefined : formatSequence(BigInt(row.sequence)),
    event_hash: toHex(row.event_hash),
    recorded_at: row.recorded_at.toISOString(),
    kid: row.kid ?? undefined,
    registry: row.registry === null ? undefined : Number(row.registry),
    subject: subjectOf(row.actor),
  },
  leafHash: row.leaf_hash,
});
