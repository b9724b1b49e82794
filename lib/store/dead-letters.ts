import { pool } from './pool';
import { timeText } from './time-text';

export type DeadLetterStatus = 'waiting' | 'replayed' | 'discarded';

export interface DeadLetterFilter {
  status?: DeadLetterStatus;
  reason?: string;
  via?: string;
  /** Found in the detail, without regard to case. */
  text?: string;
}

/** Everything but the bytes, which are payload. */
export interface DeadLetterRow {
  id: string;
  receivedAt: string;
  via: string;
  topic: string | null;
  partition: number | null;
  offset: string | null;
  reason: string;
  detail: string;
  size: number;
  /** True where fewer bytes are kept than came in. */
  cut: boolean;
  status: DeadLetterStatus;
  decidedBy: string | null;
  decidedAt: string | null;
}

const columns = `
  id, ${timeText('received_at')} AS "receivedAt", via, topic, partition,
  "offset"::text AS offset, reason, detail, size, length(bytes) < size AS cut, status, decided_by AS "decidedBy",
  ${timeText('decided_at')} AS "decidedAt"`;

export interface DeadLetterCursor {
  receivedAt: string;
  id: string;
}

/** Newest first; `next` is set where more follow. */
export async function listDeadLetters(
  filter: DeadLetterFilter,
  after: DeadLetterCursor | null,
  limit: number,
): Promise<{ rows: DeadLetterRow[]; next: DeadLetterCursor | null }> {
  const { rows } = await pool().query<DeadLetterRow>(
    `SELECT ${columns} FROM dead_letter
     WHERE ($1::text IS NULL OR status = $1) AND ($2::text IS NULL OR reason = $2) AND ($3::text IS NULL OR via = $3)
       AND ($4::text IS NULL OR detail ILIKE $4)
       AND ($5::timestamptz IS NULL OR (received_at, id) < ($5, $6::uuid))
     ORDER BY received_at DESC, id DESC LIMIT $7`,
    [
      filter.status ?? null,
      filter.reason ?? null,
      filter.via ?? null,
      filter.text ? `%${filter.text.replace(/[\\%_]/g, '\\$&')}%` : null,
      after?.receivedAt ?? null,
      after?.id ?? null,
      limit + 1,
    ],
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, next: rows.length > limit && last ? { receivedAt: last.receivedAt, id: last.id } : null };
}

export async function findDeadLetter(id: string): Promise<DeadLetterRow | null> {
  const { rows } = await pool().query<DeadLetterRow>(`SELECT ${columns} FROM dead_letter WHERE id = $1`, [id]);
  return rows[0] ?? null;
}

/** Dead letters by reason and status, most first. */
export async function countDeadLetters(): Promise<{ reason: string; status: DeadLetterStatus; count: number }[]> {
  const { rows } = await pool().query<{ reason: string; status: DeadLetterStatus; count: number }>(
    'SELECT reason, status, count(*)::int AS count FROM dead_letter GROUP BY reason, status ORDER BY count DESC, reason',
  );
  return rows;
}
