import type { Evidence } from '../core/detection/rule';
import { pool } from './pool';

export const openStatuses = ['new', 'in_progress'] as const;
const closedStatuses = ['resolved', 'archived'];

export interface AlertFilter {
  view: 'open' | 'suppressed' | 'closed' | 'all';
  /** Lowest severity, 1 to 5. */
  severity?: number;
  rule?: string;
  server?: string;
  actor?: string;
  assignee?: string;
  /** Found in title, server, tool, actor or rule, without regard to case. */
  text?: string;
  /** Only alerts last seen in this time; open ones are wanted whenever they were seen. */
  from?: Date;
  to?: Date;
}

export interface AlertRow {
  id: string;
  ruleId: string;
  severity: number;
  title: string;
  summary: string;
  status: string;
  resolution: string | null;
  assignee: string | null;
  server: string | null;
  serverName: string | null;
  tool: string | null;
  actor: string | null;
  session: string | null;
  count: number;
  firstSeen: string;
  lastSeen: string;
  generated: boolean;
}

const columns = `
  alert.id, alert.rule_id AS "ruleId", alert.severity, alert.title, alert.status, alert.resolution, alert.assignee,
  alert.server, server.name AS "serverName", alert.tool, alert.actor, alert.session, alert.count::float8 AS count,
  to_json(alert.first_seen AT TIME ZONE 'UTC') #>> '{}' || 'Z' AS "firstSeen",
  to_json(alert.last_seen AT TIME ZONE 'UTC') #>> '{}' || 'Z' AS "lastSeen", alert.generated,
  coalesce((SELECT summary FROM detection WHERE alert_id = alert.id ORDER BY event_time DESC LIMIT 1), alert.title) AS summary`;

/** The place of the last row of a page. */
export interface AlertCursor {
  severity: number;
  lastSeen: string;
  id: string;
}

/** Worst first, then newest; `next` is set where more follow. */
export async function listAlerts(
  filter: AlertFilter,
  after: AlertCursor | null,
  limit: number,
): Promise<{ rows: AlertRow[]; next: AlertCursor | null }> {
  const { where, values } = conditions(filter);
  if (after) {
    where.push(
      `(alert.severity, alert.last_seen, alert.id) < ($${values.length + 1}, $${values.length + 2}, $${values.length + 3})`,
    );
    values.push(after.severity, after.lastSeen, after.id);
  }
  const { rows } = await pool().query<AlertRow>(
    `SELECT ${columns} FROM alert LEFT JOIN server ON server.key = alert.server
     WHERE ${where.join(' AND ')}
     ORDER BY alert.severity DESC, alert.last_seen DESC, alert.id DESC LIMIT ${limit + 1}`,
    values,
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    rows: page,
    next: rows.length > limit && last ? { severity: last.severity, lastSeen: last.lastSeen, id: last.id } : null,
  };
}

function conditions(filter: AlertFilter): { where: string[]; values: unknown[] } {
  const values: unknown[] = [];
  const where: string[] = [];
  const add = (sql: (parameter: string) => string, value: unknown) => {
    values.push(value);
    where.push(sql(`$${values.length}`));
  };
  if (filter.view === 'open') add((p) => `alert.status = ANY(${p})`, openStatuses);
  else if (filter.view === 'closed') add((p) => `alert.status = ANY(${p})`, closedStatuses);
  else if (filter.view === 'suppressed') add((p) => `alert.status = ${p}`, 'suppressed');
  else where.push('true');
  if (filter.severity) add((p) => `alert.severity >= ${p}`, filter.severity);
  if (filter.rule) add((p) => `alert.rule_id = ${p}`, filter.rule);
  if (filter.server) add((p) => `alert.server = ${p}`, filter.server);
  if (filter.actor) add((p) => `alert.actor = ${p}`, filter.actor);
  if (filter.assignee) {
    if (filter.assignee === 'nobody') where.push('alert.assignee IS NULL');
    else add((p) => `alert.assignee = ${p}`, filter.assignee);
  }
  if (filter.text) {
    add(
      (p) =>
        `concat_ws(' ', alert.title, alert.server, server.name, alert.tool, alert.actor, alert.rule_id) ILIKE ${p}`,
      `%${filter.text.replace(/[\\%_]/g, '\\$&')}%`,
    );
  }
  if (filter.from) add((p) => `alert.last_seen >= ${p}`, filter.from);
  if (filter.to) add((p) => `alert.last_seen <= ${p}`, filter.to);
  return { where, values };
}

export interface OpenAlerts {
  /** Open alerts by severity; index 0 is unused, 1 informational to 5 critical. */
  bySeverity: number[];
  unassigned: number;
  /** When the oldest of the worst open severity was first seen. */
  oldestOfWorst: string | null;
}

export async function countOpenAlerts(): Promise<OpenAlerts> {
  const { rows } = await pool().query<{ severity: number; count: number; unassigned: number; oldest: string }>(
    `SELECT severity, count(*)::int AS count, count(*) FILTER (WHERE assignee IS NULL)::int AS unassigned,
       to_json(min(first_seen) AT TIME ZONE 'UTC') #>> '{}' || 'Z' AS oldest
     FROM alert WHERE status = ANY($1) GROUP BY severity ORDER BY severity DESC`,
    [openStatuses],
  );
  const bySeverity = [0, 0, 0, 0, 0, 0];
  for (const row of rows) bySeverity[row.severity] = row.count;
  return {
    bySeverity,
    unassigned: rows.reduce((sum, row) => sum + row.unassigned, 0),
    oldestOfWorst: rows[0]?.oldest ?? null,
  };
}

export async function findAlert(id: string): Promise<AlertRow | null> {
  const { rows } = await pool().query<AlertRow>(
    `SELECT ${columns} FROM alert LEFT JOIN server ON server.key = alert.server WHERE alert.id = $1`,
    [id],
  );
  return rows[0] ?? null;
}

export interface AlertDetection {
  eventId: string;
  eventTime: string;
  severity: number;
  summary: string;
  evidence: Evidence[];
}

/** The newest detections of an alert, with their evidence as it was found. */
export async function listDetections(alertId: string, limit = 20): Promise<AlertDetection[]> {
  const { rows } = await pool().query<AlertDetection>(
    `SELECT event_id AS "eventId", to_json(event_time AT TIME ZONE 'UTC') #>> '{}' || 'Z' AS "eventTime",
       severity, summary, evidence
     FROM detection WHERE alert_id = $1 ORDER BY event_time DESC, event_id LIMIT $2`,
    [alertId, limit],
  );
  return rows;
}

export interface AlertActivity {
  id: string;
  time: string;
  actor: string;
  kind: 'comment' | 'status' | 'assignee';
  body: string;
}

export async function listAlertActivity(alertId: string): Promise<AlertActivity[]> {
  const { rows } = await pool().query<AlertActivity>(
    `SELECT id, to_json(time AT TIME ZONE 'UTC') #>> '{}' || 'Z' AS time, actor, kind, body
     FROM alert_activity WHERE alert_id = $1 ORDER BY time, id`,
    [alertId],
  );
  return rows;
}

export interface TimelineEvent {
  id: string;
  time: string;
  method: string | null;
  server: string | null;
  serverName: string | null;
  tool: string | null;
  actor: string | null;
  status: string;
  severity: number;
}

/** What came before and followed an event in its session, or, without a session, by its actor: at most `each` on either side. */
export async function eventsAround(eventId: string, eventTime: string, each = 5): Promise<TimelineEvent[]> {
  const { rows } = await pool().query<TimelineEvent>(
    `WITH hit AS (SELECT time, id, session, actor, server FROM event WHERE id = $1 AND time = $2),
     same AS (
       SELECT event.* FROM event, hit
       WHERE event.time BETWEEN $2::timestamptz - interval '30 minutes' AND $2::timestamptz + interval '30 minutes'
         AND CASE WHEN hit.session IS NOT NULL THEN event.session = hit.session ELSE event.actor = hit.actor END),
     near AS (
       (SELECT * FROM same WHERE (time, id) < ($2::timestamptz, $1::uuid) ORDER BY time DESC, id DESC LIMIT $3)
       UNION ALL SELECT event.* FROM event, hit WHERE event.id = hit.id AND event.time = hit.time
       UNION ALL (SELECT * FROM same WHERE (time, id) > ($2::timestamptz, $1::uuid) ORDER BY time, id LIMIT $3))
     SELECT near.id, to_json(near.time AT TIME ZONE 'UTC') #>> '{}' || 'Z' AS time, near.method, near.server,
       server.name AS "serverName", near.tool, near.actor, near.status, near.severity
     FROM near LEFT JOIN server ON server.key = near.server ORDER BY near.time, near.id`,
    [eventId, eventTime, each],
  );
  return rows;
}
