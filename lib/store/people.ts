import type { Pool } from 'pg';
import { pool } from './pool';
import { identityOf, type SubjectRow, subjectColumns } from './subjects';
import { envelopeTime, timeText } from './time-text';
import type { Tx } from './transaction';

/** A person of whom something is kept. */
export interface Person {
  id: string;
  /** What they go by; null after erasure. */
  name: string | null;
  since: string;
  erasedAt: string | null;
}

type On = Pick<Tx, 'query'>;

/** The person behind a pseudonym; null where there is none. */
export async function findPerson(on: On, id: string): Promise<Person | null> {
  const [person] = await select(on, 'id = $1', [id]);
  return person ?? null;
}

/** The people behind pseudonyms, newest first. */
export const findPeople = (on: On, ids: readonly string[]): Promise<Person[]> => select(on, 'id = ANY ($1)', [ids]);

export interface PersonCursor {
  since: string;
  id: string;
}

/** A page of people, newest first. */
export async function listPeople(
  after: PersonCursor | null,
  limit: number,
): Promise<{ rows: Person[]; next: PersonCursor | null }> {
  const rows = await select(
    pool(),
    `id LIKE 'person:%' AND ($1::timestamptz IS NULL OR (created_at, id) < ($1, $2))`,
    [after?.since ?? null, after?.id ?? ''],
    limit + 1,
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, next: rows.length > limit && last ? { since: last.since, id: last.id } : null };
}

async function select(on: On, where: string, values: unknown[], limit = 1000): Promise<Person[]> {
  const { rows } = await on.query<SubjectRow & { since: string; erased: string | null }>(
    `SELECT ${subjectColumns}, ${timeText('created_at')} AS since, ${timeText('erased_at')} AS erased
     FROM data_subject WHERE ${where} ORDER BY created_at DESC, id DESC LIMIT ${limit}`,
    values,
  );
  return rows.map((row) => ({ id: row.id, name: identityOf(row), since: row.since, erasedAt: row.erased }));
}

/** Calls of people and servers they went to, lately; by pseudonym. Those who did nothing are not in it. */
export async function useByPeople(
  ids: readonly string[],
): Promise<Map<string, { calls: number; servers: number; lastSeen: string }>> {
  const { rows } = await pool().query<{ actor: string; calls: number; servers: number; lastSeen: string }>(
    `SELECT actor, sum(calls)::float8 AS calls, count(DISTINCT server)::int AS servers, ${timeText('max(minute)')} AS "lastSeen"
     FROM usage_minute WHERE actor = ANY ($1) GROUP BY actor`,
    [ids],
  );
  return new Map(rows.map(({ actor, ...use }) => [actor, use]));
}

/** What is kept of a person, and so what an erasure takes away or leaves. */
export interface Kept {
  /** Events in which the person acts: they stay, with the pseudonym. */
  events: number;
  firstEvent: string | null;
  lastEvent: string | null;
  /** Events with values of theirs: sealed, and gone after an erasure. */
  eventsWithValues: number;
  sightings: number;
  alerts: number;
  /** An account of this console goes by the same name. */
  account: boolean;
  /** Entries of the console's log and remarks on alerts that have their address in clear: from before anything was kept of them. */
  written: number;
}

export async function keptOf(on: On, { id, name }: Pick<Person, 'id' | 'name'>): Promise<Kept> {
  const { rows } = await on.query<Kept>(
    `SELECT events.*, (SELECT coalesce(sum(cardinality(sealed_value.events)), 0)::float8 FROM sealed_value WHERE subject = $1) AS "eventsWithValues",
       (SELECT count(*)::int FROM secret_sighting WHERE actor = $1) AS sightings,
       (SELECT count(*)::int FROM alert WHERE actor = $1) AS alerts,
       EXISTS (SELECT FROM app_user WHERE email = lower($2)) AS account,
       CASE WHEN $2::text LIKE '%@%' THEN (SELECT count(*) FROM audit_entry WHERE strpos(lower(body), lower($2)) > 0)
         + (SELECT count(*) FROM alert_activity WHERE strpos(lower(body), lower($2)) > 0) ELSE 0 END::int AS written
     FROM (SELECT count(*)::int AS events, ${timeText('min(time)')} AS "firstEvent", ${timeText('max(time)')} AS "lastEvent"
       FROM event WHERE actor = $1) AS events`,
    [id, name],
  );
  return rows[0] as Kept;
}

/** The newest events in which values of a person stand. */
export async function newestWithValues(on: On, id: string, limit: number): Promise<{ id: string; time: string }[]> {
  const { rows } = await on.query<{ id: string; time: string }>(
    `SELECT event.id, ${envelopeTime('event.time')} AS time
     FROM (SELECT log_id, first_index, unnest(events) AS place, day FROM sealed_value WHERE subject = $1 ORDER BY day DESC, first_index DESC LIMIT $2) AS kept
     JOIN event ON event.log_id = kept.log_id AND event.log_index = kept.first_index + kept.place
     ORDER BY event.time DESC, event.id LIMIT $2`,
    [id, limit],
  );
  return rows;
}

/** Whether what an erasure left behind in the tables' files was cleared away by a VACUUM since. */
export async function clearedSince(erasedAt: string): Promise<boolean> {
  const { rows } = await pool().query<{ cleared: boolean }>(
    `SELECT coalesce(min(last_vacuum) > $1::timestamptz, false) AS cleared FROM pg_stat_user_tables WHERE relname = ANY ($2)`,
    [erasedAt, clearTables],
  );
  return rows[0]?.cleared === true;
}

/** Tables in whose files a row's former version outlives the commit. */
const clearTables = ['data_subject', 'dead_letter', 'secret_sighting'];

/** Clears away what erasures left in the tables' files; where there was none since the last time, does nothing. */
export async function clearErased(on: Pool): Promise<void> {
  const { rows } = await on.query<{ due: boolean }>(
    `SELECT EXISTS (SELECT FROM data_subject WHERE erased_at > (SELECT coalesce(min(last_vacuum), '-infinity')
       FROM pg_stat_user_tables WHERE relname = ANY ($1))) AS due`,
    [clearTables],
  );
  if (rows[0]?.due) for (const table of clearTables) await on.query(`VACUUM ${table}`);
}
