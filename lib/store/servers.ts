import { type WithActorName, withActorNames, withNames } from './names';
import { pool } from './pool';
import type { ServerDecision } from './server-changes';
import { timeText } from './time-text';

export interface ServerRow {
  key: string;
  name: string;
  version: string | null;
  transport: string | null;
  decision: ServerDecision;
  reason: string | null;
  decidedBy: string | null;
  decidedAt: string | null;
  firstSeen: string;
  lastSeen: string;
  generated: boolean;
  tools: number;
  /** In the last 7 days. */
  calls: number;
  errors: number;
  users: number;
  /** Of the calls: made for a demonstration. */
  generatedCalls: number;
  /** Calls on each of the last 14 days (UTC), oldest first. */
  days: number[];
  openAlerts: number;
}

const columns = `
  server.key, server.name, server.version, server.transport, server.decision, server.reason,
  server.decided_by AS "decidedBy", ${timeText('server.decided_at')} AS "decidedAt",
  ${timeText('server.first_seen')} AS "firstSeen", ${timeText('server.last_seen')} AS "lastSeen", server.generated,
  (SELECT count(DISTINCT tool)::int FROM tool_definition WHERE tool_definition.server = server.key) AS tools,
  coalesce(week.calls, 0)::float8 AS calls, coalesce(week.errors, 0)::float8 AS errors,
  coalesce(week.users, 0)::int AS users, coalesce(week.generated, 0)::float8 AS "generatedCalls", daily.days,
  (SELECT count(*)::int FROM alert WHERE alert.server = server.key AND status IN ('new', 'in_progress')) AS "openAlerts"`;
const joins = `
  LEFT JOIN (
    SELECT server, sum(calls) AS calls, sum(errors) AS errors, count(DISTINCT actor) FILTER (WHERE actor <> '') AS users,
      sum(calls) FILTER (WHERE generated) AS generated
    FROM usage_minute WHERE minute > now() - interval '7 days' GROUP BY server) week ON week.server = server.key
  LEFT JOIN LATERAL (
    SELECT array_agg(coalesce(u.calls, 0)::float8 ORDER BY d.day) AS days
    FROM generate_series(date_trunc('day', now() AT TIME ZONE 'UTC') - interval '13 days',
                         date_trunc('day', now() AT TIME ZONE 'UTC'), interval '1 day') AS d (day)
    LEFT JOIN (
      SELECT date_trunc('day', minute AT TIME ZONE 'UTC') AS day, sum(calls) AS calls FROM usage_minute
      WHERE usage_minute.server = server.key AND minute > now() - interval '15 days' GROUP BY 1) u ON u.day = d.day
  ) daily ON true`;

/** Undecided servers first, then by newest use. `text` is found in name or key, without regard to case. */
export async function listServers(filter: { decision?: ServerDecision; text?: string }): Promise<ServerRow[]> {
  const { rows } = await pool().query<ServerRow>(
    `SELECT ${columns} FROM server ${joins}
     WHERE ($1::text IS NULL OR decision = $1) AND ($2::text IS NULL OR name ILIKE $2 OR key ILIKE $2)
     ORDER BY decision <> 'unlisted', last_seen DESC, key LIMIT 500`,
    [filter.decision ?? null, filter.text ? `%${filter.text.replace(/[\\%_]/g, '\\$&')}%` : null],
  );
  return withReasons(rows);
}

export async function findServer(key: string): Promise<ServerRow | null> {
  const { rows } = await pool().query<ServerRow>(`SELECT ${columns} FROM server ${joins} WHERE server.key = $1`, [key]);
  return (await withReasons(rows))[0] ?? null;
}

async function withReasons(rows: ServerRow[]): Promise<ServerRow[]> {
  const reasons = await withNames(rows.map((row) => row.reason));
  return rows.map((row, n) => ({ ...row, reason: reasons[n] as string | null }));
}

export async function countServers(): Promise<Record<ServerDecision, number>> {
  const { rows } = await pool().query<{ decision: ServerDecision; count: number }>(
    'SELECT decision, count(*)::int AS count FROM server GROUP BY decision',
  );
  const counts: Record<ServerDecision, number> = { unlisted: 0, approved: 0, denied: 0 };
  for (const row of rows) counts[row.decision] = row.count;
  return counts;
}

export interface DefinitionVersion {
  tool: string;
  hash: string;
  /** Canonical JSON, as the server published it; null beyond the two million characters that are loaded of a server. */
  definition: string | null;
  eventId: string;
  firstSeen: string;
  lastSeen: string;
  /** Counted from 1 by first sight, over all that the tool had. */
  number: number;
  of: number;
}

/** The 10 newest definitions of each of a server's tools: by tool, oldest first. The newest of each tool are loaded first. */
export async function listDefinitions(server: string): Promise<DefinitionVersion[]> {
  const { rows } = await pool().query<DefinitionVersion>(
    `SELECT tool, hash, event_id AS "eventId", ${timeText('first_seen')} AS "firstSeen", ${timeText('last_seen')} AS "lastSeen",
       number, "of", CASE WHEN loaded <= 2000000 THEN definition END AS definition
     FROM (
       SELECT *, sum(length(definition)) OVER (ORDER BY "of" - number, tool) AS loaded
       FROM (
         SELECT *, row_number() OVER (PARTITION BY tool ORDER BY first_seen, hash)::int AS number,
           count(*) OVER (PARTITION BY tool)::int AS "of"
         FROM tool_definition WHERE server = $1) version
       WHERE "of" - number < 10 ORDER BY "of" - number, tool LIMIT 2000) newest
     ORDER BY tool, number`,
    [server],
  );
  return rows;
}

export interface ServerUser {
  actor: string;
  calls: number;
  errors: number;
  /** Of the calls: made for a demonstration. */
  generated: number;
  lastSeen: string;
}

/** Who used a server in the last 30 days, most calls first. */
export async function listServerUsers(server: string): Promise<WithActorName<ServerUser>[]> {
  const { rows } = await pool().query<ServerUser>(
    `SELECT actor, sum(calls)::float8 AS calls, sum(errors)::float8 AS errors,
       coalesce(sum(calls) FILTER (WHERE generated), 0)::float8 AS generated, ${timeText('max(minute)')} AS "lastSeen"
     FROM usage_minute WHERE server = $1 AND actor <> '' AND minute > now() - interval '30 days'
     GROUP BY actor ORDER BY calls DESC LIMIT 20`,
    [server],
  );
  return withActorNames(rows);
}

export interface DecisionEntry {
  time: string;
  actor: string;
  from: string;
  to: string;
  reason: string;
}

/** Decisions on a server, newest first, from the audit trail. */
export async function listDecisions(server: string): Promise<DecisionEntry[]> {
  const { rows } = await pool().query<DecisionEntry>(
    `SELECT ${timeText('time')} AS time, actor, body::jsonb #>> '{detail,before,decision}' AS "from",
       body::jsonb #>> '{detail,after,decision}' AS "to", coalesce(body::jsonb #>> '{detail,reason}', '') AS reason
     FROM audit_entry WHERE target = 'server:' || $1 AND action = 'server.decide' ORDER BY time DESC LIMIT 50`,
    [server],
  );
  const reasons = await withNames(rows.map((row) => row.reason));
  return rows.map((row, n) => ({ ...row, reason: reasons[n] as string }));
}
