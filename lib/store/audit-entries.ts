import { findPeopleNamed, withNames } from './names';
import { pool } from './pool';
import { timeText } from './time-text';

export interface AuditFilter {
  actor?: string;
  /** An action (`alert.assign`), or its entity (`alert`). */
  action?: string;
  /** Found in the target, without regard to case. */
  target?: string;
  from?: Date;
  to?: Date;
}

export interface AuditRow {
  id: string;
  time: string;
  actor: string;
  role: string;
  action: string;
  /** With names for pseudonyms. */
  target: string;
  /** Canonical JSON of the whole entry: what the leaf commits to. */
  body: string;
  logId: number;
  logIndex: string;
  leafHash: string;
}

export interface AuditCursor {
  time: string;
  id: string;
}

const columns = `
  id, ${timeText('time')} AS time, actor, role, action, target, body,
  log_id AS "logId", log_index::text AS "logIndex", encode(leaf_hash, 'hex') AS "leafHash"`;

export async function findAuditEntry(id: string): Promise<AuditRow | null> {
  const { rows } = await pool().query<AuditRow>(`SELECT ${columns} FROM audit_entry WHERE id = $1`, [id]);
  return (await named(rows))[0] ?? null;
}

/** Newest first; `next` is set where more follow. */
export async function listAuditEntries(
  filter: AuditFilter,
  after: AuditCursor | null,
  limit: number,
): Promise<{ rows: AuditRow[]; next: AuditCursor | null }> {
  const { rows } = await pool().query<AuditRow>(
    `SELECT ${columns}
     FROM audit_entry
     WHERE ($1::text IS NULL OR actor = $1) AND ($2::text IS NULL OR action = $2 OR action LIKE $2 || '.%')
       AND ($3::text IS NULL OR target ILIKE $3 OR target = ANY ($9)) AND ($4::timestamptz IS NULL OR time >= $4)
       AND ($5::timestamptz IS NULL OR time <= $5) AND ($6::timestamptz IS NULL OR (time, id) < ($6, $7::uuid))
     ORDER BY time DESC, id DESC LIMIT $8`,
    [
      filter.actor ?? null,
      filter.action ?? null,
      filter.target ? `%${filter.target.replace(/[\\%_]/g, '\\$&')}%` : null,
      filter.from ?? null,
      filter.to ?? null,
      after?.time ?? null,
      after?.id ?? null,
      limit + 1,
      filter.target ? (await findPeopleNamed(`*${filter.target}*`)).map((id) => `subject:${id}`) : [],
    ],
  );
  const page = await named(rows.slice(0, limit));
  const last = page.at(-1);
  return { rows: page, next: rows.length > limit && last ? { time: last.time, id: last.id } : null };
}

async function named(rows: AuditRow[]): Promise<AuditRow[]> {
  const targets = await withNames(rows.map((row) => row.target));
  return rows.map((row, n) => ({ ...row, target: targets[n] as string }));
}

/** Who did something, and which actions there are, for the filters. */
export async function auditFacets(): Promise<{ actors: string[]; actions: string[] }> {
  const [actors, actions] = await Promise.all([
    pool().query<{ actor: string }>('SELECT DISTINCT actor FROM audit_entry ORDER BY actor LIMIT 200'),
    pool().query<{ action: string }>('SELECT DISTINCT action FROM audit_entry ORDER BY action LIMIT 200'),
  ]);
  return { actors: actors.rows.map((row) => row.actor), actions: actions.rows.map((row) => row.action) };
}
