import type { ClientBase } from 'pg';
import type { EventRow } from '../../core/judge/contract';
import { toHex } from '../../core/provenance/bytes';
import { consoleSource, formatSequence, subjectOf } from '../../core/provenance/leaf';
import type { StoredLeaf } from '../leaves';

/** The columns of an event that follow from its body, and whose key signed it, as stored. */
export type EventColumns = Omit<
  EventRow,
  | 'id'
  | 'logIndex'
  | 'recordedAt'
  | 'source'
  | 'epoch'
  | 'sequence'
  | 'format'
  | 'registry'
  | 'prints'
  | 'rawHash'
  | 'eventHash'
  | 'leafHash'
  | 'body'
>;

export interface CheckedRow {
  leaf: StoredLeaf;
  /** Null for audit entries. */
  columns: EventColumns | null;
  /** Of an audit entry: who did what, as stored. */
  said: Record<string, string>;
}

/** All of the events of a log with `from` <= index < `to`, in order of the index. */
export async function readEventRows(
  client: ClientBase,
  logId: number,
  from: number,
  to: number,
): Promise<CheckedRow[]> {
  const { rows } = await client.query(
    `SELECT log_index::float8 AS log_index, id::text, source, epoch, sequence::text, kid, registry::float8 AS registry, recorded_at,
        event_hash, leaf_hash, body, time, type, method, server, tool, actor, agent, client, session, trace, status,
        error_code AS "errorCode", duration_us::float8 AS "durationUs", bytes_in AS "bytesIn", bytes_out AS "bytesOut", vantage,
        assertion, generated, severity
      FROM event WHERE log_id = $1 AND log_index >= $2 AND log_index < $3 ORDER BY log_index`,
    [logId, from, to],
  );
  return rows.map((row) => {
    const { log_index, id, source, epoch, sequence, kid, registry, recorded_at, event_hash, leaf_hash, body, ...rest } =
      row;
    return {
      leaf: {
        logId,
        index: log_index,
        body,
        record: {
          v: 1,
          id,
          source,
          epoch: epoch ?? undefined,
          sequence: sequence === null ? undefined : formatSequence(BigInt(sequence)),
          event_hash: toHex(event_hash),
          recorded_at: recorded_at.toISOString(),
          kid: kid ?? undefined,
          registry: registry ?? undefined,
          subject: subjectOf(row.actor),
        },
        leafHash: leaf_hash,
      },
      columns: { ...rest, time: row.time.toISOString(), kid },
      said: {},
    };
  });
}

/** The same of the console's log. */
export async function readAuditRows(
  client: ClientBase,
  logId: number,
  from: number,
  to: number,
): Promise<CheckedRow[]> {
  const { rows } = await client.query(
    `SELECT log_index::float8 AS log_index, id::text, time, actor, role, action, target, body, event_hash, leaf_hash
     FROM audit_entry WHERE log_id = $1 AND log_index >= $2 AND log_index < $3 ORDER BY log_index`,
    [logId, from, to],
  );
  return rows.map(({ log_index, id, time, actor, role, action, target, body, event_hash, leaf_hash }) => {
    const recorded_at = time.toISOString();
    return {
      leaf: {
        logId,
        index: log_index,
        body,
        record: { v: 1, id, source: consoleSource, event_hash: toHex(event_hash), recorded_at },
        leafHash: leaf_hash,
      },
      columns: null,
      said: { id, time: recorded_at, actor, role, action, target },
    };
  });
}
