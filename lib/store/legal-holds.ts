import { pool } from './pool';
import { timeText } from './time-text';
import type { Tx } from './transaction';

/** What must be kept: events that fit all that is given. */
export interface HoldScope {
  /** Pseudonym of a person. */
  subject?: string | null;
  session?: string | null;
  /** Server key. */
  server?: string | null;
  /** RFC 3339; from this time on. */
  from?: string | null;
  /** Before this time. */
  to?: string | null;
}

export interface LegalHold extends Required<HoldScope> {
  id: string;
  reason: string;
  placedBy: string;
  placedAt: string;
  releasedBy: string | null;
  releasedAt: string | null;
}

const columns = `id, subject, session, server, ${timeText('from_time')} AS "from", ${timeText('to_time')} AS "to", reason,
  placed_by AS "placedBy", ${timeText('placed_at')} AS "placedAt", released_by AS "releasedBy", ${timeText('released_at')} AS "releasedAt"`;

/** Those in force first, then the newest. */
export async function listHolds(limit = 500): Promise<LegalHold[]> {
  const { rows } = await pool().query<LegalHold>(
    `SELECT ${columns} FROM legal_hold ORDER BY released_at IS NULL DESC, placed_at DESC, id LIMIT $1`,
    [limit],
  );
  return rows;
}

/** Whoever places a hold, or takes away what one could touch, holds this first and waits for the other. */
export async function lockHolds(tx: Tx): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtext('custody_legal_hold'))`);
}

export async function insertHold(
  tx: Tx,
  hold: HoldScope & { id: string; reason: string; placedBy: string },
): Promise<void> {
  await tx.query(
    `INSERT INTO legal_hold (id, subject, session, server, from_time, to_time, reason, placed_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      hold.id,
      hold.subject ?? null,
      hold.session ?? null,
      hold.server ?? null,
      hold.from ?? null,
      hold.to ?? null,
      hold.reason,
      hold.placedBy,
    ],
  );
}

/** The hold while it is in force, or null. */
export async function findHold(tx: Tx, id: string): Promise<LegalHold | null> {
  const { rows } = await tx.query<LegalHold>(
    `SELECT ${columns} FROM legal_hold WHERE id = $1 AND released_at IS NULL FOR UPDATE`,
    [id],
  );
  return rows[0] ?? null;
}

export async function releaseHold(tx: Tx, id: string, by: string): Promise<void> {
  await tx.query('UPDATE legal_hold SET released_at = now(), released_by = $2 WHERE id = $1', [id, by]);
}

/** What a hold says beside the person. */
const fits = `(hold.session IS NULL OR event.session = hold.session) AND (hold.server IS NULL OR event.server = hold.server)
  AND event.time >= coalesce(hold.from_time, '-infinity') AND event.time < coalesce(hold.to_time, 'infinity')`;
/** Events in which values of somebody stand, whoever acts in them. */
const valuesIn = `sealed_value JOIN LATERAL unnest(sealed_value.events) AS place ON true
  JOIN event ON event.log_id = sealed_value.log_id AND event.log_index = sealed_value.first_index + place`;

/** Holds in force that forbid to erase a person: those on them, and those on events in which they act or values of theirs stand. */
export async function holdsOnSubject(on: Pick<Tx, 'query'>, subject: string): Promise<LegalHold[]> {
  const theirs = '(hold.subject IS NULL OR event.actor = hold.subject)';
  const { rows } = await on.query<LegalHold>(
    `SELECT ${columns} FROM legal_hold hold WHERE released_at IS NULL AND (subject = $1
       OR hold.subject IS NULL AND EXISTS (SELECT FROM event WHERE event.actor = $1 AND ${fits})
       OR EXISTS (SELECT FROM ${valuesIn} WHERE sealed_value.subject = $1 AND ${theirs} AND ${fits}))
     ORDER BY placed_at`,
    [subject],
  );
  return rows;
}

/** How many holds in force touch an event of this day (UTC, `YYYY-MM-DD`). */
export async function holdsOnDay(on: Pick<Tx, 'query'>, day: string): Promise<number> {
  const within = `event.time >= ($1 || ' 00:00:00+00')::timestamptz AND event.time < ($1 || ' 00:00:00+00')::timestamptz + interval '1 day'`;
  const { rows } = await on.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM legal_hold hold WHERE released_at IS NULL AND (
       EXISTS (SELECT FROM event WHERE ${within} AND (hold.subject IS NULL OR event.actor = hold.subject) AND ${fits})
       OR EXISTS (SELECT FROM ${valuesIn} WHERE sealed_value.day = $1::date AND sealed_value.subject = hold.subject AND ${within} AND ${fits}))`,
    [day],
  );
  return rows[0]?.count ?? 0;
}
