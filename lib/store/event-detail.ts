import type { EventData } from '../core/event/envelope';
import type { EventRow } from '../core/judge/contract';
import { namesOf, withNames } from './names';
import { pool } from './pool';
import { timeText } from './time-text';

/** Columns of the event table that are shown as they are. */
type Shown = Pick<
  EventRow,
  | 'id'
  | 'time'
  | 'recordedAt'
  | 'logIndex'
  | 'source'
  | 'epoch'
  | 'kid'
  | 'type'
  | 'method'
  | 'server'
  | 'tool'
  | 'actor'
  | 'agent'
  | 'client'
  | 'session'
  | 'trace'
  | 'status'
  | 'errorCode'
  | 'durationUs'
  | 'bytesIn'
  | 'bytesOut'
  | 'format'
  | 'assertion'
  | 'generated'
  | 'severity'
  | 'eventHash'
>;

/** What is known of one event without what it carried. */
export interface EventDetail extends Shown {
  /** Set for people: how they are called. */
  actorName: string | null;
  logId: number;
  logOrigin: string;
  sequence: string | null;
  serverName: string | null;
  serverDecision: string | null;
  /** Hexadecimal. */
  leafHash: string;
  /** Size of the stored envelope in bytes. */
  size: number;
  /** Members of `data` that say how the call went, never what was asked or answered. */
  data: Pick<
    EventData,
    'actor' | 'agent' | 'client' | 'server' | 'tool' | 'mcp' | 'observation' | 'outcome' | 'policy' | 'timing'
  >;
}

const members = ['actor', 'agent', 'client', 'server', 'tool', 'observation', 'outcome', 'policy', 'timing'];

/** The body with U+FFFD for U+0000, which jsonb does not hold. */
const storableBody = String.raw`regexp_replace(event.body, '(?<!\\)((?:\\\\)*)\\u0000', '\1\\ufffd', 'g')`;

/** One event; null where there is none. Which members of the body leave is decided here, in the database. */
export async function findEvent(id: string): Promise<EventDetail | null> {
  const { rows } = await pool().query<Omit<EventDetail, 'actorName'>>(
    `SELECT event.id, ${timeText('event.time')} AS time, ${timeText('event.recorded_at')} AS "recordedAt",
       event.log_id AS "logId", log.origin AS "logOrigin", event.log_index::float8 AS "logIndex", event.source, event.epoch,
       event.sequence::text AS sequence, event.kid, event.type, event.method, event.server, server.name AS "serverName",
       server.decision AS "serverDecision", event.tool, event.actor, event.agent, event.client, event.session, event.trace,
       event.status, event.error_code AS "errorCode", event.duration_us::float8 AS "durationUs", event.bytes_in AS "bytesIn",
       event.bytes_out AS "bytesOut", event.format, event.assertion, event.generated, event.severity,
       encode(event.event_hash, 'hex') AS "eventHash", encode(event.leaf_hash, 'hex') AS "leafHash", octet_length(event.body) AS size,
       jsonb_strip_nulls(jsonb_build_object(${members.map((name) => `'${name}', data -> '${name}'`).join(', ')},
         'mcp', (data -> 'mcp') - 'meta')) AS data
     FROM event JOIN log ON log.id = event.log_id LEFT JOIN server ON server.key = event.server
       CROSS JOIN LATERAL (SELECT ${storableBody}::jsonb -> 'data' AS data) AS body
     WHERE event.id = $1 ORDER BY event.log_index LIMIT 1`,
    [id],
  );
  const event = rows[0];
  if (!event) return null;
  return { ...event, actorName: (await namesOf([event.actor])).get(event.actor ?? '') ?? null };
}

export interface EventAlert {
  alertId: string;
  title: string;
  ruleId: string;
  severity: number;
  summary: string;
  status: string;
}

/** Alerts that this event belongs to. */
export async function alertsOfEvent(id: string): Promise<EventAlert[]> {
  const { rows } = await pool().query<EventAlert>(
    `SELECT alert.id AS "alertId", alert.title, detection.rule_id AS "ruleId", detection.severity, detection.summary, alert.status
     FROM detection JOIN alert ON alert.id = detection.alert_id WHERE detection.event_id = $1 ORDER BY detection.severity DESC`,
    [id],
  );
  const summaries = await withNames(rows.map((row) => row.summary));
  return rows.map((row, n) => ({ ...row, summary: summaries[n] as string }));
}
