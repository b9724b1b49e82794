import type { Pool } from 'pg';
import { type Arrival, type Edge, edgesTo, givenRole, type Sighting, sightingsLooked } from '../core/context/edges';
import { printOf } from '../core/context/prints';
import { sha256 } from '../platform/crypto';
import { copyIn } from './copy-in';
import type { Queryable } from './pool';
import { encodeShowing, fromInt8Array, int8Array, type PrintRow, printColumns, printCopy } from './print-copy';
import { envelopeTime } from './time-text';
import type { Tx } from './transaction';

/** An event as far as lineage looks at it. */
export interface PrintedEvent {
  id: string;
  /** RFC 3339 with milliseconds. */
  time: string;
  type: string;
  server: string | null;
  /** Microseconds. */
  duration: number | null;
  prints: bigint[];
}

/** How long content is remembered: what comes after that is not joined to it. */
const rememberedHours = 24;

interface LogPosition {
  logId: number;
  next: number;
  size: number;
}

/** How far each log of events was looked through. */
export async function readPositions(db: Queryable): Promise<LogPosition[]> {
  const { rows } = await db.query<LogPosition>(
    `SELECT log.id AS "logId", coalesce(next_index, 0)::float8 AS next, size::float8 AS size
     FROM log LEFT JOIN lineage_position ON log_id = log.id WHERE kind <> 'console' ORDER BY log.id`,
  );
  return rows;
}

/** Looks through the next events of a log, at most `most`, and moves its position, all or nothing. Answers how many edges it wrote. */
export async function indexNext(pool: Pool, { logId, next, size }: LogPosition, most: number, keep: KeepPrint) {
  const end = Math.min(size, next + most);
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const moved = await client.query(
      `INSERT INTO lineage_position (log_id, next_index) VALUES ($1, $3)
       ON CONFLICT (log_id) DO UPDATE SET next_index = excluded.next_index, moved_at = now()
       WHERE lineage_position.next_index = $2`,
      [logId, next, end],
    );
    // Another worker, which believed that it held the lease, was there first.
    const edges =
      moved.rowCount === 1 ? await indexEvents(client, await readPrinted(client, logId, next, end), keep) : 0;
    await client.query('COMMIT');
    return { end, edges };
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Whether one more sighting of a print, with its sign, is worth a row. `at`: RFC 3339. */
export type KeepPrint = (print: bigint, at: string) => boolean;

const columns = `id, ${envelopeTime('time')} AS time, type, server, duration_us::float8 AS duration, array_send(prints) AS prints`;

async function readPrinted(db: Queryable, logId: number, from: number, to: number): Promise<PrintedEvent[]> {
  const { rows } = await db.query(
    `SELECT ${columns} FROM event WHERE log_id = $1 AND log_index >= $2 AND log_index < $3 AND prints IS NOT NULL ORDER BY log_index`,
    [logId, from, to],
  );
  return rows.map(toPrinted);
}

/** Events with prints, by id and time. */
async function readPrintedById(db: Queryable, events: { id: string; time: string }[]): Promise<PrintedEvent[]> {
  const { rows } = await db.query(
    `SELECT ${columns} FROM event WHERE (id, time) IN (SELECT * FROM unnest($1::uuid[], $2::timestamptz[])) AND prints IS NOT NULL`,
    [events.map(({ id }) => id), events.map(({ time }) => time)],
  );
  return rows.map(toPrinted);
}

const toPrinted = (row: Omit<PrintedEvent, 'prints'> & { prints: Buffer }): PrintedEvent => ({
  ...row,
  prints: fromInt8Array(row.prints),
});

async function indexEvents(tx: Tx, events: PrintedEvent[], keep: KeepPrint): Promise<number> {
  if (events.length === 0) return 0;
  const repeated = await writePrints(tx, events, keep);
  const joined = events.filter(({ prints }) => prints.some((print) => repeated.has(printOf(print))));
  const later = await arrivedBefore(tx, joined, repeated);
  const edges = [
    ...(await deriveEdges(tx, joined, repeated)),
    ...(later.length > 0 ? await deriveEdges(tx, later, await seenAround(tx, later, 1)) : []),
  ];
  await writeEdges(tx, edges);
  return edges.length;
}

/** When what was sent was sent: times are cut to milliseconds, so that the difference may be one too many. Never after the event's own time. */
const beganAt = ({ time, duration }: PrintedEvent): string =>
  duration === null ? time : new Date(Math.ceil(Date.parse(time) + Math.min(0, 1 - duration / 1000))).toISOString();

/** Stands for a server in the table of prints. */
const serverNumber = (server: string): number => Buffer.from(sha256(server)).readInt32BE();

/** Answers which of the prints were seen before, or more than once in these events: most content passes but once. */
async function writePrints(tx: Tx, events: PrintedEvent[], keep: KeepPrint): Promise<Set<bigint>> {
  const rows: PrintRow[] = [];
  const days = new Set<string>();
  for (const event of events) {
    const { id: eventId, time: eventTime } = event;
    const common = { eventId, eventTime, server: serverNumber(event.server ?? '') };
    const began = beganAt(event);
    const sent = encodeShowing({ ...common, at: began, role: 'argument' });
    const given = encodeShowing({ ...common, at: eventTime, role: givenRole(event.type) });
    for (const print of event.prints) {
      const isSent = print < 0n;
      const at = isSent ? began : eventTime;
      if (!keep(print, at)) continue;
      rows.push({ print: printOf(print), showing: isSent ? sent : given });
      days.add(at.slice(0, 10));
    }
  }
  // Neighbours in the index are written together.
  rows.sort((a, b) => (a.print < b.print ? -1 : 1));
  const repeated = await seenAround(tx, events, 0);
  for (const [i, { print }] of rows.entries()) if (print === rows[i + 1]?.print) repeated.add(print);
  for (const day of days) await tx.query('SELECT ensure_context_partition($1::date)', [day]);
  await copyIn(tx, `context_print (${printColumns})`, printCopy(rows));
  return repeated;
}

/** Those of the events' prints, without signs, that are indexed more than `times` times around their time. */
async function seenAround(db: Queryable, events: PrintedEvent[], times: number): Promise<Set<bigint>> {
  const prints = new Set(events.flatMap((event) => event.prints.map(printOf)));
  const around = events.flatMap((event) => [beganAt(event), event.time]).sort();
  const { rows } = await db.query<{ print: string }>(
    `SELECT print::text AS print FROM context_print
     WHERE print = ANY ($1::int8[]) AND at > $2::timestamptz - $4 * interval '1 hour' AND at < $3::timestamptz + $4 * interval '1 hour'
     GROUP BY print HAVING count(*) > $5`,
    [int8Array([...prints]), around[0], around.at(-1), rememberedHours, times],
  );
  return new Set(rows.map(({ print }) => BigInt(print)));
}

/** Events that were looked at already, though what these gave was there before them: logs are not looked through in step. */
async function arrivedBefore(tx: Tx, events: PrintedEvent[], repeated: Set<bigint>): Promise<PrintedEvent[]> {
  const given = events.flatMap(({ prints, time }) =>
    prints.filter((print) => print > 0n && repeated.has(print)).map((print) => ({ print, time })),
  );
  if (given.length === 0) return [];
  const { rows } = await tx.query<{ id: string; time: string }>(
    `SELECT DISTINCT argument.event_id AS id, ${envelopeTime('argument.event_time')} AS time
     FROM unnest($1::int8[], $2::timestamptz[]) AS given (print, at)
       CROSS JOIN LATERAL (SELECT event_id, event_time FROM context_print
         WHERE print = given.print AND role = 'argument' AND at >= given.at AND at < given.at + $3 * interval '1 hour'
           AND event_id <> ALL ($4::uuid[])
         ORDER BY at LIMIT ${sightingsLooked}) AS argument
     LIMIT 1000`,
    [
      int8Array(given.map(({ print }) => print)),
      given.map(({ time }) => time),
      rememberedHours,
      events.map(({ id }) => id),
    ],
  );
  return rows.length === 0 ? [] : readPrintedById(tx, rows);
}

/** All edges that lead to these events, from what is indexed. */
async function deriveEdges(db: Queryable, events: PrintedEvent[], repeated: Set<bigint>): Promise<Edge[]> {
  const arrivals = events.flatMap((event): (Arrival & { at: string; server: number })[] =>
    [true, false].map((sent) => ({
      eventId: event.id,
      eventTime: event.time,
      sent,
      prints: event.prints.filter((print) => print < 0n === sent).map(printOf),
      at: sent ? beganAt(event) : event.time,
      server: serverNumber(event.server ?? ''),
    })),
  );
  const asked = arrivals.flatMap((arrival, place) =>
    arrival.prints.filter((print) => repeated.has(print)).map((print) => ({ ...arrival, place, print })),
  );
  if (asked.length === 0) return [];
  // What a server gives again was sent to that very server; what is sent may come from any.
  const { rows } = await db.query<{ place: number; print: string } & Omit<Sighting, 'print'>>(
    `SELECT asked.place, asked.print::text AS print, seen.role, seen.server, seen.event_id AS "eventId", ${envelopeTime('seen.event_time')} AS "eventTime"
     FROM unnest($1::int[], $2::int8[], $3::timestamptz[], $4::uuid[], $5::bool[], $6::int[]) AS asked (place, print, at, event_id, sent, server)
       CROSS JOIN LATERAL (SELECT role, server, event_id, event_time FROM context_print
         WHERE print = asked.print AND at <= asked.at AND at > asked.at - $7 * interval '1 hour' AND event_id <> asked.event_id
           AND CASE WHEN asked.sent THEN role <> 'argument' ELSE role = 'argument' AND server = asked.server END
         ORDER BY at DESC, event_id LIMIT ${sightingsLooked}) AS seen`,
    [
      asked.map(({ place }) => place),
      int8Array(asked.map(({ print }) => print)),
      asked.map(({ at }) => at),
      asked.map(({ eventId }) => eventId),
      asked.map(({ sent }) => sent),
      asked.map(({ server }) => server),
      rememberedHours,
    ],
  );
  const earlier = new Map<number, Sighting[]>();
  for (const { place, print, ...seen } of rows) {
    const list = earlier.get(place) ?? [];
    earlier.set(place, list);
    list.push({ ...seen, print: BigInt(print) });
  }
  return [...earlier].flatMap(([place, sightings]) => edgesTo(arrivals[place] as Arrival, sightings));
}

async function writeEdges(tx: Tx, edges: Edge[]): Promise<void> {
  if (edges.length === 0) return;
  await tx.query(
    `INSERT INTO context_edge (from_event, from_time, to_event, to_time, kind, weight, prints)
     SELECT from_event, from_time, to_event, to_time, kind, weight, prints::int8[]
     FROM unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::timestamptz[], $5::text[], $6::float4[], $7::text[])
       AS edge (from_event, from_time, to_event, to_time, kind, weight, prints)
     ON CONFLICT (to_event, from_event, kind) DO UPDATE SET weight = excluded.weight, prints = excluded.prints`,
    [
      edges.map((edge) => edge.fromEvent),
      edges.map((edge) => edge.fromTime),
      edges.map((edge) => edge.toEvent),
      edges.map((edge) => edge.toTime),
      edges.map((edge) => edge.kind),
      edges.map((edge) => edge.weight),
      edges.map((edge) => `{${edge.prints.join(',')}}`),
    ],
  );
}
