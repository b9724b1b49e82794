import type { ContextRole, EdgeKind } from '../core/context/edges';
import { isValuePrint } from '../core/context/prints';
import type { TimeRange } from '../core/query/time-range';
import { type ContextEvent, readContextEvents } from './context-events';
import { pool, type Queryable } from './pool';
import { envelopeTime } from './time-text';

/** Content of one event that is found again in a later one. */
export interface ContextFlow {
  from: string;
  to: string;
  kind: EdgeKind;
  /** Share of what arrived that was there before, above 0 to 1. */
  weight: number;
  shared: number;
}

export interface Lineage {
  /** Oldest first. */
  events: ContextEvent[];
  flows: ContextFlow[];
  /** There is more than is shown. */
  cut: boolean;
}

interface EdgeRow extends ContextFlow {
  fromTime: string;
  toTime: string;
}

const most = 200;
const edgeColumns = `from_event AS from, to_event AS to, kind, weight, cardinality(prints) AS shared,
  ${envelopeTime('from_time')} AS "fromTime", ${envelopeTime('to_time')} AS "toTime"`;

/** Where an event's content came from (`up`) or went to (`down`), step by step, at most `steps`. */
export async function lineageOfEvent(id: string, direction: 'up' | 'down', steps = 4): Promise<Lineage> {
  const [near, far] = direction === 'up' ? ['to_event', 'from_event'] : ['from_event', 'to_event'];
  const { rows } = await pool().query<EdgeRow>(
    `WITH RECURSIVE reached AS (
       SELECT from_event, to_event, kind, 1 AS step FROM context_edge WHERE ${near} = $1
       UNION SELECT edge.from_event, edge.to_event, edge.kind, step + 1
       FROM reached JOIN context_edge AS edge ON edge.${near} = reached.${far} WHERE step < $2)
     SELECT ${edgeColumns} FROM context_edge
     WHERE (to_event, from_event, kind) IN (SELECT to_event, from_event, kind FROM reached)
     ORDER BY to_time DESC, weight DESC LIMIT ${most + 1}`,
    [id, steps],
  );
  return lineageOf(rows);
}

/** All flows between these events, and from and to others. */
export async function flowsAround(ids: string[]): Promise<Lineage> {
  const { rows } = await pool().query<EdgeRow>(
    `SELECT ${edgeColumns} FROM context_edge WHERE from_event = ANY ($1::uuid[]) OR to_event = ANY ($1::uuid[])
     ORDER BY weight DESC, to_time DESC LIMIT ${most + 1}`,
    [ids],
  );
  return lineageOf(rows);
}

async function lineageOf(rows: EdgeRow[]): Promise<Lineage> {
  const edges = rows.slice(0, most);
  const ends = new Map<string, { id: string; time: string }>();
  for (const edge of edges) {
    ends.set(edge.from, { id: edge.from, time: edge.fromTime });
    ends.set(edge.to, { id: edge.to, time: edge.toTime });
  }
  const events = ends.size === 0 ? [] : await readContextEvents(pool(), [...ends.values()]);
  const flows = edges.map(({ fromTime: _, toTime: __, ...flow }) => flow);
  return { events, flows, cut: rows.length > most };
}

/** An event through which a text passed. */
export interface Passing {
  event: ContextEvent;
  role: ContextRole;
  /** How many of the text's prints it has. */
  shared: number;
}

/** Where content with these prints passed within the time, oldest first; what shares too little of it is left out. */
export async function findPassings(db: Queryable, prints: readonly bigint[], range: TimeRange): Promise<Passing[]> {
  if (prints.length === 0) return [];
  const { rows } = await db.query<{ id: string; time: string; role: ContextRole; prints: string[] }>(
    `SELECT event_id AS id, ${envelopeTime('event_time')} AS time, role, array_agg(DISTINCT print::text) AS prints
     FROM context_print WHERE print = ANY ($1::int8[]) AND at >= $2 AND ($3::timestamptz IS NULL OR at < $3)
     GROUP BY event_id, event_time, role ORDER BY count(DISTINCT print) DESC, event_time DESC LIMIT ${most}`,
    [prints.map(String), range.from, range.preset ? null : range.to],
  );
  const found = rows.filter(
    (row) =>
      row.prints.length * 12 >= Math.min(prints.length, 24) || row.prints.some((print) => isValuePrint(BigInt(print))),
  );
  const events = new Map((await readContextEvents(db, found)).map((event) => [event.id, event]));
  return found
    .flatMap(({ id, role, prints }) => {
      const event = events.get(id);
      return event ? [{ event, role, shared: prints.length }] : [];
    })
    .sort((a, b) => (a.event.time < b.event.time ? -1 : 1));
}

/** How far the search for flows is behind what is stored. */
export interface LineageLag {
  events: number;
  /** When it last moved; null: never. */
  movedAt: string | null;
}

export async function lineageLag(): Promise<LineageLag> {
  const { rows } = await pool().query<LineageLag>(
    `SELECT coalesce(sum(size - coalesce(next_index, 0)), 0)::float8 AS events, ${envelopeTime('max(moved_at)')} AS "movedAt"
     FROM log LEFT JOIN lineage_position ON log_id = log.id WHERE kind <> 'console'`,
  );
  return rows[0] as LineageLag;
}

/** The heaviest edge from one event to another; null where there is none. */
export async function readEdge(
  db: Queryable,
  from: string,
  to: string,
): Promise<{ kind: EdgeKind; prints: bigint[] } | null> {
  const { rows } = await db.query<{ kind: EdgeKind; prints: string[] }>(
    `SELECT kind, prints::text[] AS prints FROM context_edge WHERE from_event = $1 AND to_event = $2 ORDER BY weight DESC LIMIT 1`,
    [from, to],
  );
  return rows[0] ? { kind: rows[0].kind, prints: rows[0].prints.map(BigInt) } : null;
}
