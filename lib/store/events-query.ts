import type { EventField } from '../core/query/event-fields';
import type { Filter } from '../core/query/filter';
import type { TimeRange } from '../core/query/time-range';
import { type FilterColumns, filterSql } from './filter-sql';
import { peopleIn, withActorNames, withNames } from './names';
import { pool } from './pool';
import { timeText } from './time-text';
import type { Tx } from './transaction';

/** One line of the Events screen: nothing of what the call carried. */
export interface EventListRow {
  id: string;
  /** RFC 3339 with microseconds. */
  time: string;
  type: string;
  method: string | null;
  server: string | null;
  serverName: string | null;
  tool: string | null;
  /** A person's pseudonym, or what a program is called. */
  actor: string | null;
  /** Set for people: how they are called. */
  actorName: string | null;
  agent: string | null;
  client: string | null;
  status: string;
  errorCode: number | null;
  durationUs: number | null;
  bytes: number;
  /** 0 none, else 1 to 5. */
  severity: number;
  assertion: string;
  generated: boolean;
}

export interface EventCursor {
  time: string;
  id: string;
  /** Which way the page lies from it. */
  side: 'older' | 'newer';
}

export interface EventPage<Row = EventListRow> {
  rows: Row[];
  older: EventCursor | null;
  newer: EventCursor | null;
}

export interface EventsAsked {
  filter: Filter;
  range: TimeRange;
}

const columnsByField: Record<EventField, readonly string[]> = {
  severity: ['event.severity'],
  server: ['event.server', 'server.name'],
  tool: ['event.tool'],
  actor: ['event.actor'],
  agent: ['event.agent'],
  client: ['event.client'],
  status: ['event.status'],
  method: ['event.method'],
  type: [`substr(event.type, 11, length(event.type) - 13)`, 'event.type'],
  session: ['event.session'],
  trace: ['event.trace'],
  source: ['event.source'],
  assertion: ['event.assertion'],
  format: ['event.format'],
  id: ['event.id::text'],
  duration: ['event.duration_us'],
  code: ['event.error_code'],
  bytes: ['(coalesce(event.bytes_in, 0) + coalesce(event.bytes_out, 0))'],
  generated: ['event.generated'],
  last: ['event.time'],
};
/** Words are looked for in names only: what calls carried is not for everyone who may search. */
const columns: FilterColumns = {
  fields: columnsByField,
  words: ['event.server', 'server.name', 'event.tool', 'event.actor', 'event.agent', 'event.client', 'event.method'],
  person: 'event.actor',
};

const listColumns = `event.id, ${timeText('event.time')} AS time, event.type, event.method, event.server,
  server.name AS "serverName", event.tool, event.actor, event.agent, event.client, event.status,
  event.error_code AS "errorCode", event.duration_us::float8 AS "durationUs",
  coalesce(event.bytes_in, 0) + coalesce(event.bytes_out, 0) AS bytes, event.severity, event.assertion, event.generated`;
const from = 'FROM event LEFT JOIN server ON server.key = event.server';

/** One line of an export: with what places the event in its log, so that it can be proved. */
export interface ExportedEvent extends EventListRow {
  recordedAt: string;
  source: string;
  session: string | null;
  trace: string | null;
  log: string;
  logIndex: number;
  /** Hexadecimal. */
  eventHash: string;
  /** The stored envelope, canonical JSON; only where it was asked for. */
  body?: string;
}

const exportColumns = `${listColumns}, ${timeText('event.recorded_at')} AS "recordedAt", event.source, event.session, event.trace,
  (SELECT origin FROM log WHERE log.id = event.log_id) AS log, event.log_index::float8 AS "logIndex",
  encode(event.event_hash, 'hex') AS "eventHash"`;

async function conditions({ filter, range }: EventsAsked, values: unknown[]): Promise<string> {
  values.push(range.from, range.to);
  // A relative range has no end: the clocks of producers may be ahead of ours.
  const end = range.preset ? '' : `AND event.time < $${values.length}`;
  if (range.preset) values.pop();
  return `event.time >= $1 ${end} AND ${filterSql(filter, columns, values, await peopleIn(filter))}`;
}

/** One page, newest first, by keyset over (time, id). */
export const listEvents = (asked: EventsAsked, cursor: EventCursor | null, limit: number): Promise<EventPage> =>
  selectPage<EventListRow>(listColumns, asked, cursor, limit);

/** All that a filter finds, newest first, in pages and at most `limit`. Holds no connection between them. */
export async function* everyEvent(
  asked: EventsAsked,
  limit: number,
  withBody: boolean,
): AsyncGenerator<ExportedEvent[], void> {
  const selected = withBody ? `${exportColumns}, event.body` : exportColumns;
  // An event may have a megabyte.
  const most = withBody ? 50 : 1000;
  let cursor: EventCursor | null = null;
  for (let left = limit; left > 0; ) {
    const page: EventPage<ExportedEvent> = await selectPage(selected, asked, cursor, Math.min(most, left));
    yield page.rows;
    left -= page.rows.length;
    cursor = page.older;
    if (!cursor) return;
  }
}

/** Where in the logs all that a filter finds stands, newest first and at most `limit`. */
export async function placesOfEvents(asked: EventsAsked, limit: number): Promise<{ logId: number; index: number }[]> {
  const values: unknown[] = [];
  const where = await conditions(asked, values);
  const { rows } = await pool().query<{ logId: number; index: number }>(
    `SELECT event.log_id AS "logId", event.log_index::float8 AS index ${from} WHERE ${where}
     ORDER BY event.time DESC, event.id DESC LIMIT ${limit}`,
    values,
  );
  return rows;
}

async function selectPage<Row extends EventListRow>(
  selected: string,
  asked: EventsAsked,
  cursor: EventCursor | null,
  limit: number,
): Promise<EventPage<Row>> {
  const values: unknown[] = [];
  const where = await conditions(asked, values);
  const upwards = cursor?.side === 'newer';
  const beyond = cursor
    ? `AND (event.time, event.id) ${upwards ? '>' : '<'} ($${values.push(cursor.time)}::timestamptz, $${values.push(cursor.id)}::uuid)`
    : '';
  const order = upwards ? 'ASC' : 'DESC';
  const { rows: found } = await pool().query<Omit<Row, 'actorName'> & { actor: string | null }>(
    `SELECT ${selected} ${from} WHERE ${where} ${beyond} ORDER BY event.time ${order}, event.id ${order} LIMIT ${limit + 1}`,
    values,
  );
  const more = found.length > limit;
  const page = (await withActorNames(found.slice(0, limit))) as unknown as Row[];
  if (upwards) page.reverse();
  const edge = (row: Row | undefined, side: EventCursor['side']) => (row ? { time: row.time, id: row.id, side } : null);
  return {
    rows: page,
    older: more || upwards ? edge(page.at(-1), 'older') : null,
    newer: cursor && (more || !upwards) ? edge(page[0], 'newer') : null,
  };
}

export const countLimit = 10_000;

export interface EventCounts {
  /** At most one more than the bound, which means that there are more. */
  total: number;
  failed: number;
  flagged: number;
}

/** How many events there are, counted up to a bound so that it answers at once. */
export async function countEvents(
  asked: EventsAsked,
  bound = countLimit,
  on: Pick<Tx, 'query'> = pool(),
): Promise<EventCounts> {
  const values: unknown[] = [];
  const where = await conditions(asked, values);
  const { rows } = await on.query<EventCounts>(
    `SELECT count(*)::int AS total, count(*) FILTER (WHERE status NOT IN ('success', 'unknown'))::int AS failed,
       count(*) FILTER (WHERE severity > 0)::int AS flagged
     FROM (SELECT event.status, event.severity ${from} WHERE ${where} ORDER BY event.time DESC, event.id DESC LIMIT ${bound + 1}) AS bounded`,
    values,
  );
  return rows[0] as EventCounts;
}

/** How many newer events there are than the one at the head of a list, at most 1,000. */
export async function countNewer(asked: EventsAsked, head: { time: string; id: string } | null): Promise<number> {
  const values: unknown[] = [];
  const where = await conditions(asked, values);
  const beyond = head
    ? `AND (event.time, event.id) > ($${values.push(head.time)}::timestamptz, $${values.push(head.id)}::uuid)`
    : '';
  const { rows } = await pool().query<{ count: number }>(
    `SELECT count(*)::int AS count FROM (SELECT 1 ${from} WHERE ${where} ${beyond} LIMIT 1000) AS bounded`,
    values,
  );
  return rows[0]?.count ?? 0;
}

export interface EventsPoint {
  at: string;
  quiet: number;
  flagged: number;
  /** Some of them were made for a demonstration. */
  generated: boolean;
}

/** Events over time for the chart above the list; null where they are too many to count within a second. */
export async function eventsOverTime(asked: EventsAsked, bucketMs: number): Promise<EventsPoint[] | null> {
  const values: unknown[] = [];
  const where = await conditions(asked, values);
  const width = values.push(bucketMs);
  const client = await pool().connect();
  try {
    await client.query(`BEGIN READ ONLY; SET LOCAL statement_timeout = '1s'`);
    const { rows } = await client.query<EventsPoint>(
      `SELECT ${timeText('at')} AS at, count(*) FILTER (WHERE severity = 0)::int AS quiet, count(*) FILTER (WHERE severity > 0)::int AS flagged,
         bool_or(generated) AS generated
       FROM (SELECT date_bin($${width}::float8 * interval '1 millisecond', event.time, timestamptz 'epoch') AS at, event.severity, event.generated
         ${from} WHERE ${where}) AS binned GROUP BY 1 ORDER BY 1`,
      values,
    );
    return rows;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === '57014') return null;
    throw error;
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

/** Values of a few fields that occurred lately, for completion. */
export async function knownValues(): Promise<Partial<Record<EventField, string[]>>> {
  const { rows } = await pool().query<{ field: EventField; value: string }>(
    `(SELECT 'server' AS field, name AS value FROM server ORDER BY last_seen DESC LIMIT 40)
     UNION (SELECT 'tool', tool FROM usage_minute WHERE minute > now() - interval '7 days' AND tool <> '' GROUP BY tool ORDER BY sum(calls) DESC LIMIT 40)
     UNION (SELECT 'actor', actor FROM usage_minute WHERE minute > now() - interval '7 days' AND actor <> '' GROUP BY actor ORDER BY sum(calls) DESC LIMIT 40)
     UNION (SELECT 'method', method FROM usage_minute WHERE minute > now() - interval '7 days' GROUP BY method ORDER BY sum(calls) DESC LIMIT 40)
     ORDER BY 1, 2`,
  );
  const values = await withNames(rows.map((row) => row.value));
  const known: Partial<Record<EventField, string[]>> = {};
  rows.forEach(({ field }, n) => {
    known[field] = [...(known[field] ?? []), values[n] as string];
  });
  return known;
}
