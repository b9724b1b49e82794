import { alertStatuses } from '../core/alert/triage';
import type { Evidence } from '../core/detection/rule';
import type { alertFields } from '../core/query/alert-fields';
import type { Filter } from '../core/query/filter';
import { otherSide } from './chain-sides';
import { filterSql } from './filter-sql';
import { peopleIn, type WithActorName, withActorNames, withNames } from './names';
import { pool } from './pool';
import { timeText } from './time-text';
import type { Tx } from './transaction';

const openStatuses = ['new', 'in_progress'] as const;

export const alertViews = ['open', 'suppressed', 'closed', 'all'] as const;
export type AlertView = (typeof alertViews)[number];

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
  /** A person's pseudonym, or what a program is called. */
  actor: string | null;
  /** Set for people: how they are called. */
  actorName: string | null;
  session: string | null;
  count: number;
  firstSeen: string;
  lastSeen: string;
  generated: boolean;
}

const columns = `
  alert.id, alert.rule_id AS "ruleId", alert.severity, alert.title, alert.status, alert.resolution, alert.assignee,
  alert.server, server.name AS "serverName", alert.tool, alert.actor, alert.session, alert.count::float8 AS count,
  ${timeText('alert.first_seen')} AS "firstSeen",
  ${timeText('alert.last_seen')} AS "lastSeen", alert.generated,
  coalesce((SELECT summary FROM detection WHERE alert_id = alert.id ORDER BY summary LIKE '${otherSide}%', event_time DESC LIMIT 1), alert.title) AS summary`;

type StoredAlert = Omit<AlertRow, 'actorName'>;

/** With the names of those whom they are about; in their words, too. */
async function named(rows: StoredAlert[]): Promise<AlertRow[]> {
  const summaries = await withNames(rows.map((row) => row.summary));
  return withActorNames(rows.map((row, n) => ({ ...row, summary: summaries[n] as string })));
}

/** The place of the last row of a page. */
export interface AlertCursor {
  severity: number;
  lastSeen: string;
  id: string;
}

const filterColumns = {
  fields: {
    severity: ['alert.severity'],
    status: ['alert.status'],
    resolution: ['alert.resolution'],
    assignee: [`coalesce(alert.assignee, 'nobody')`],
    rule: ['alert.rule_id'],
    server: ['alert.server', 'server.name'],
    tool: ['alert.tool'],
    actor: ['alert.actor'],
    session: ['alert.session'],
    generated: ['alert.generated'],
    last: ['alert.last_seen'],
  } satisfies Record<(typeof alertFields)[number]['name'], string[]>,
  words: ['alert.title', 'alert.server', 'server.name', 'alert.tool', 'alert.actor', 'alert.rule_id'],
  person: 'alert.actor',
};
const viewStatuses: Record<AlertView, readonly string[]> = {
  open: openStatuses,
  suppressed: ['suppressed'],
  closed: ['resolved', 'archived'],
  all: alertStatuses,
};

/** Worst first, then newest; `next` is set where more follow. */
export async function listAlerts(
  { view, filter }: { view: AlertView; filter: Filter },
  after: AlertCursor | null,
  limit: number,
): Promise<{ rows: AlertRow[]; next: AlertCursor | null }> {
  const values: unknown[] = [viewStatuses[view], after?.severity ?? null, after?.lastSeen ?? null, after?.id ?? null];
  const { rows } = await pool().query<StoredAlert>(
    `SELECT ${columns} FROM alert LEFT JOIN server ON server.key = alert.server
     WHERE alert.status = ANY($1)
       AND ($2::smallint IS NULL OR (alert.severity, alert.last_seen, alert.id) < ($2, $3::timestamptz, $4::uuid))
       AND ${filterSql(filter, filterColumns, values, await peopleIn(filter))}
     ORDER BY alert.severity DESC, alert.last_seen DESC, alert.id DESC LIMIT ${limit + 1}`,
    values,
  );
  const page = await named(rows.slice(0, limit));
  const last = page.at(-1);
  return {
    rows: page,
    next: rows.length > limit && last ? { severity: last.severity, lastSeen: last.lastSeen, id: last.id } : null,
  };
}

/** All that a filter finds in a view, in the list's order, in pages and at most `limit`. */
export async function* everyAlert(
  asked: { view: AlertView; filter: Filter },
  limit: number,
): AsyncGenerator<AlertRow[], void> {
  let after: AlertCursor | null = null;
  for (let left = limit; left > 0; ) {
    const page: Awaited<ReturnType<typeof listAlerts>> = await listAlerts(asked, after, Math.min(1000, left));
    yield page.rows;
    left -= page.rows.length;
    after = page.next;
    if (!after) return;
  }
}

/** How many alerts a filter finds in a view, counted up to one more than `bound`. */
export async function countAlerts(
  { view, filter }: { view: AlertView; filter: Filter },
  bound: number,
  on: Pick<Tx, 'query'>,
): Promise<number> {
  const values: unknown[] = [viewStatuses[view]];
  const { rows } = await on.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM (
       SELECT 1 FROM alert LEFT JOIN server ON server.key = alert.server
       WHERE alert.status = ANY($1) AND ${filterSql(filter, filterColumns, values, await peopleIn(filter))} LIMIT ${bound + 1}) AS bounded`,
    values,
  );
  return rows[0]?.count ?? 0;
}

export interface OpenAlerts {
  /** Open alerts by severity; index 0 is unused, 1 informational to 5 critical. */
  bySeverity: number[];
  unassigned: number;
  /** When the oldest of the worst open severity was first seen. */
  oldestOfWorst: string | null;
  /** Open alerts from generated history, which the other figures leave out. */
  generated: number;
}

export async function countOpenAlerts(): Promise<OpenAlerts> {
  const { rows: all } = await pool().query<{
    generated: boolean;
    severity: number;
    count: number;
    unassigned: number;
    oldest: string;
  }>(
    `SELECT generated, severity, count(*)::int AS count, count(*) FILTER (WHERE assignee IS NULL)::int AS unassigned,
       ${timeText('min(first_seen)')} AS oldest
     FROM alert WHERE status = ANY($1) GROUP BY generated, severity ORDER BY severity DESC`,
    [openStatuses],
  );
  const rows = all.filter((row) => !row.generated);
  const bySeverity = [0, 0, 0, 0, 0, 0];
  for (const row of rows) bySeverity[row.severity] = row.count;
  return {
    generated: all.reduce((sum, row) => sum + (row.generated ? row.count : 0), 0),
    bySeverity,
    unassigned: rows.reduce((sum, row) => sum + row.unassigned, 0),
    oldestOfWorst: rows[0]?.oldest ?? null,
  };
}

export async function findAlert(id: string): Promise<AlertRow | null> {
  const { rows } = await pool().query<StoredAlert>(
    `SELECT ${columns} FROM alert LEFT JOIN server ON server.key = alert.server WHERE alert.id = $1`,
    [id],
  );
  return (await named(rows))[0] ?? null;
}

export interface AlertDetection {
  eventId: string;
  eventTime: string;
  severity: number;
  summary: string;
  evidence: Evidence[];
}

/** The newest event that an alert is about; null where there is no such alert. */
export async function newestEventOf(alertId: string): Promise<{ id: string; time: string } | null> {
  const { rows } = await pool().query<{ id: string; time: Date }>(
    `SELECT event_id::text AS id, event_time AS time FROM detection WHERE alert_id = $1
     ORDER BY event_time DESC, event_id LIMIT 1`,
    [alertId],
  );
  return rows[0] ? { id: rows[0].id, time: rows[0].time.toISOString() } : null;
}

/** The newest detections of an alert, with their evidence as it was found. */
export async function listDetections(alertId: string, on: Pick<Tx, 'query'> = pool()): Promise<AlertDetection[]> {
  const { rows } = await on.query<AlertDetection>(
    `SELECT event_id AS "eventId", ${timeText('event_time')} AS "eventTime",
       severity, summary, evidence
     FROM detection WHERE alert_id = $1 ORDER BY event_time DESC, event_id LIMIT 20`,
    [alertId],
  );
  const summaries = await withNames(rows.map((row) => row.summary));
  return rows.map((row, n) => ({ ...row, summary: summaries[n] as string }));
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
    `SELECT id, ${timeText('time')} AS time, actor, kind, body
     FROM alert_activity WHERE alert_id = $1 ORDER BY time, id`,
    [alertId],
  );
  const bodies = await withNames(rows.map((row) => row.body));
  return rows.map((row, n) => ({ ...row, body: bodies[n] as string }));
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
  generated: boolean;
}

/**
 * What came before and followed an event in its session, or, without a session, by its actor: at most 5 on either side;
 * and the events of the ids `also`, wherever they are.
 */
export async function eventsAround(
  eventId: string,
  eventTime: string,
  also: string[],
): Promise<WithActorName<TimelineEvent>[]> {
  const { rows } = await pool().query<TimelineEvent>(
    `WITH hit AS (SELECT time, id, session, actor, server FROM event WHERE id = $1 AND time = $2),
     same AS (
       SELECT event.* FROM event, hit
       WHERE event.time BETWEEN $2::timestamptz - interval '30 minutes' AND $2::timestamptz + interval '30 minutes'
         AND CASE WHEN hit.session IS NOT NULL THEN event.session = hit.session ELSE event.actor = hit.actor END),
     beside AS (
       (SELECT * FROM same WHERE (time, id) < ($2::timestamptz, $1::uuid) ORDER BY time DESC, id DESC LIMIT 5)
       UNION ALL SELECT event.* FROM event, hit WHERE event.id = hit.id AND event.time = hit.time
       UNION ALL (SELECT * FROM same WHERE (time, id) > ($2::timestamptz, $1::uuid) ORDER BY time, id LIMIT 5)),
     near AS (
       SELECT * FROM beside
       UNION ALL SELECT * FROM event WHERE id = ANY($3::uuid[]) AND id NOT IN (SELECT id FROM beside))
     SELECT near.id, ${timeText('near.time')} AS time, near.method, near.server,
       server.name AS "serverName", near.tool, near.actor, near.status, near.severity, near.generated
     FROM near LEFT JOIN server ON server.key = near.server ORDER BY near.time, near.id`,
    [eventId, eventTime, also],
  );
  return withActorNames(rows);
}
