import type { TimeRange } from '../core/query/time-range';
import { type ContextEvent, contextColumns, contextFrom } from './context-events';
import { namesOf, withActorNames } from './names';
import { pool } from './pool';
import { timeText } from './time-text';

export type SessionKind = 'session' | 'trace';

/** One session of MCP, or one trace of W3C Trace Context, as its events tell. */
export interface SessionRow {
  key: string;
  first: string;
  last: string;
  events: number;
  failed: number;
  /** 0 none, else 1 to 5. */
  severity: number;
  actors: string[];
  agents: string[];
  servers: string[];
  generated: boolean;
  /** Flows of content that end in it. */
  flows: number;
}

/** So many of the newest events of the time are looked at. */
export const lookedAt = 20_000;
const listed = 200;

/** The newest sessions or traces of the time; `text`: only those with it in their key. */
export async function listSessions(kind: SessionKind, range: TimeRange, text = ''): Promise<SessionRow[]> {
  const { rows } = await pool().query<SessionRow>(
    `SELECT key, ${timeText('min(time)')} AS first, ${timeText('max(time)')} AS last, count(*)::int AS events,
       (count(*) FILTER (WHERE status NOT IN ('success', 'unknown')))::int AS failed, max(severity)::int AS severity,
       coalesce((array_agg(DISTINCT actor) FILTER (WHERE actor IS NOT NULL))[1:5], '{}') AS actors,
       coalesce((array_agg(DISTINCT agent) FILTER (WHERE agent IS NOT NULL))[1:5], '{}') AS agents,
       coalesce((array_agg(DISTINCT coalesce(name, server)) FILTER (WHERE server IS NOT NULL))[1:8], '{}') AS servers,
       bool_and(generated) AS generated, (SELECT count(*)::int FROM context_edge WHERE to_event = ANY (array_agg(id))) AS flows
     FROM (SELECT event.${kind} AS key, event.id, event.time, event.status, event.severity, event.actor, event.agent, event.server,
             server.name, event.generated
           ${contextFrom}
           WHERE event.${kind} IS NOT NULL AND event.time >= $1 AND ($2::timestamptz IS NULL OR event.time < $2)
             AND strpos(event.${kind}, $3) > 0
           ORDER BY event.time DESC LIMIT ${lookedAt}) AS newest
     GROUP BY key ORDER BY max(time) DESC LIMIT ${listed}`,
    [range.from, range.preset ? null : range.to, text],
  );
  const names = await namesOf(rows.flatMap((row) => row.actors));
  return rows.map((row) => ({ ...row, actors: row.actors.map((actor) => names.get(actor) ?? actor) }));
}

const shown = 500;

/** The first events of a session or trace, oldest first, and whether there are more. */
export async function readSession(
  kind: SessionKind,
  key: string,
  range: TimeRange,
): Promise<{ events: ContextEvent[]; cut: boolean }> {
  // Sessions have an index of their own; a trace is looked for within the time.
  const within = kind === 'trace' ? 'AND event.time >= $2 AND ($3::timestamptz IS NULL OR event.time < $3)' : '';
  const { rows } = await pool().query<Omit<ContextEvent, 'actorName'>>(
    `SELECT ${contextColumns} ${contextFrom} WHERE event.${kind} = $1 ${within} ORDER BY event.time, event.id LIMIT ${shown + 1}`,
    kind === 'trace' ? [key, range.from, range.preset ? null : range.to] : [key],
  );
  return { events: await withActorNames(rows.slice(0, shown)), cut: rows.length > shown };
}
