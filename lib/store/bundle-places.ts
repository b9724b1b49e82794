import { keyActions } from '../core/provenance/key-registry';
import { type EventsAsked, placesOfEvents } from './events-query';
import { leafTable } from './leaves';
import type { LogHead } from './log';
import type { Queryable } from './pool';

/** Entries of one log: some of them, by rising index, or all of a range (`to` not included). */
export type Choice = { indexes: number[] } | { from: number; to: number };

/** Choices by log id. */
export type Choices = Map<number, Choice>;

interface Place {
  logId: number;
  index: number;
}

export const firstOf = (choice: Choice): number => ('from' in choice ? choice.from : (choice.indexes[0] ?? 0));
/** Index of the last entry; -1 where there is none. */
export const lastOf = (choice: Choice): number => ('from' in choice ? choice.to - 1 : (choice.indexes.at(-1) ?? -1));
export const countOf = (choice: Choice): number => ('from' in choice ? choice.to - choice.from : choice.indexes.length);

/** What of a choice lies in a range of a log, and is there still: retention may have taken rows away. */
export async function within(
  client: Queryable,
  log: LogHead,
  choice: Choice,
  from: number,
  to: number,
): Promise<number[]> {
  const [first, end] = 'from' in choice ? [Math.max(from, choice.from), Math.min(to, choice.to)] : [from, to];
  const { rows } = await client.query<{ index: number }>(
    `SELECT log_index::float8 AS index FROM ${leafTable(log.kind)}
     WHERE log_id = $1 AND log_index >= $2 AND log_index < $3 ORDER BY log_index`,
    [log.id, first, end],
  );
  const there = rows.map(({ index }) => index);
  if ('from' in choice) return there;
  const chosen = new Set(choice.indexes.slice(firstAtLeast(choice.indexes, from), firstAtLeast(choice.indexes, to)));
  return there.filter((index) => chosen.has(index));
}

function firstAtLeast(indexes: readonly number[], least: number): number {
  let low = 0;
  let high = indexes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((indexes[middle] as number) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The events of alerts: those that their detections name, newest first, at most `limit`. */
export async function placesOfAlerts(client: Queryable, alerts: readonly string[], limit: number): Promise<Choices> {
  const { rows } = await client.query<Place>(
    `SELECT DISTINCT event.log_id AS "logId", event.log_index::float8 AS index FROM (
       SELECT event_id, event_time FROM detection WHERE alert_id = ANY($1) ORDER BY event_time DESC LIMIT $2) AS found
     JOIN event ON event.id = found.event_id AND event.time = found.event_time`,
    [alerts, limit],
  );
  return choicesOf(rows);
}

/** What a filter finds, at most `limit`. */
export const placesOfQuery = async (asked: EventsAsked, limit: number): Promise<Choices> =>
  choicesOf(await placesOfEvents(asked, limit));

/** The events of a session, at most `limit`. */
export async function placesOfSession(client: Queryable, session: string, limit: number): Promise<Choices> {
  const { rows } = await client.query<Place>(
    'SELECT log_id AS "logId", log_index::float8 AS index FROM event WHERE session = $1 LIMIT $2',
    [session, limit],
  );
  return choicesOf(rows);
}

/** Everything that a log recorded from one time up to another (RFC 3339). */
export async function rangeOfTime(client: Queryable, log: LogHead, from: string, to: string): Promise<Choice> {
  const first = await firstRecordedFrom(client, log, from);
  return { from: first, to: Math.max(first, await firstRecordedFrom(client, log, to)) };
}

/** Index of the first entry that was recorded at a time or after it. A log has one writer, so that its times rise with its indexes. */
async function firstRecordedFrom(client: Queryable, log: LogHead, time: string): Promise<number> {
  const [table, column] = log.kind === 'console' ? ['audit_entry', 'time'] : ['event', 'recorded_at'];
  let low = 0;
  let high = log.size;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const { rows } = await client.query<{ index: number; before: boolean }>(
      `SELECT log_index::float8 AS index, ${column} < $3 AS before FROM ${table}
       WHERE log_id = $1 AND log_index >= $2 ORDER BY log_index LIMIT 1`,
      [log.id, middle, time],
    );
    const [found] = rows;
    // Where retention took rows away, the next one that is there stands for them.
    if (found?.before) low = found.index + 1;
    else high = middle;
  }
  return low;
}

/** In the console's log: the key registry, and what was done about these alerts. */
export async function placesOfAudit(
  client: Queryable,
  { alerts, range }: { alerts: readonly string[]; range?: Choice | undefined },
): Promise<Choices> {
  const { rows } = await client.query<Place>(
    `SELECT log_id AS "logId", log_index::float8 AS index FROM audit_entry
     WHERE action = ANY($1) OR target = ANY($2) OR ($3::int8 IS NOT NULL AND log_index >= $3 AND log_index < $4)`,
    [keyActions, alerts.map((id) => `alert:${id}`), range ? firstOf(range) : null, range ? lastOf(range) + 1 : null],
  );
  return choicesOf(rows);
}

function choicesOf(places: readonly Place[]): Choices {
  const byLog = new Map<number, number[]>();
  for (const { logId, index } of places) {
    const indexes = byLog.get(logId);
    if (indexes) indexes.push(index);
    else byLog.set(logId, [index]);
  }
  return new Map(
    [...byLog].map(([logId, indexes]) => [logId, { indexes: [...new Set(indexes)].sort((a, b) => a - b) }]),
  );
}
