import { withActorNames } from './names';
import type { Queryable } from './pool';
import { timeText } from './time-text';

/** One event as lineage and sessions show it: nothing of what it carried. */
export interface ContextEvent {
  id: string;
  /** RFC 3339 with microseconds. */
  time: string;
  type: string;
  method: string | null;
  server: string | null;
  serverName: string | null;
  /** What people decided of the server; null where it is not in the inventory. */
  decision: string | null;
  tool: string | null;
  actor: string | null;
  /** How the actor is called; null where that is what `actor` says. */
  actorName: string | null;
  agent: string | null;
  session: string | null;
  status: string;
  severity: number;
  durationUs: number | null;
  generated: boolean;
}

export const contextColumns = `event.id, ${timeText('event.time')} AS time, event.type, event.method, event.server, server.name AS "serverName",
  server.decision, event.tool, event.actor, event.agent, event.session, event.status, event.severity,
  event.duration_us::float8 AS "durationUs", event.generated`;
export const contextFrom = 'FROM event LEFT JOIN server ON server.key = event.server';

/** Events by id and time, oldest first. */
export async function readContextEvents(
  db: Queryable,
  events: { id: string; time: string }[],
): Promise<ContextEvent[]> {
  const { rows } = await db.query(
    `SELECT ${contextColumns} ${contextFrom}
     WHERE (event.id, event.time) IN (SELECT * FROM unnest($1::uuid[], $2::timestamptz[])) ORDER BY event.time, event.id`,
    [events.map(({ id }) => id), events.map(({ time }) => time)],
  );
  return withActorNames(rows as Omit<ContextEvent, 'actorName'>[]) as Promise<ContextEvent[]>;
}
