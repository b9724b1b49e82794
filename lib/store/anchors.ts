import type { EquivocationKind } from './equivocations';
import { pool } from './pool';
import { timeText } from './time-text';

/** What a screen shows of those who vouch for the logs; all of it is text or number. */
export interface AnchorLog {
  logId: number;
  origin: string;
  /** Entries under the newest checkpoint. */
  signed: number;
  /** Whether what the witnesses were last asked about meets the policy; null: never asked. */
  met: boolean | null;
  since: string | null;
}

export interface AnchorState {
  logId: number;
  /** Verifier key of a witness, or address of a timestamp authority. */
  anchor: string;
  askedAt: string;
  failingSince: string | null;
  error: string | null;
  /** Newest size that it cosigned or stamped, and when; null: none. */
  size: number | null;
  at: string | null;
}

export interface EquivocationSummary {
  id: string;
  foundAt: string;
  origin: string;
  size: number;
  kind: EquivocationKind;
  holder: string;
  theirs: string;
  ours: string;
}

export interface HaltSummary {
  origin: string;
  reason: string;
  haltedAt: string;
}

/** Logs with a checkpoint, oldest first. */
export async function listAnchorLogs(): Promise<AnchorLog[]> {
  const { rows } = await pool().query<AnchorLog>(
    `SELECT log.id AS "logId", origin, newest.size::float8 AS signed, met, ${timeText('since')} AS since
     FROM log JOIN LATERAL (SELECT max(size) AS size FROM checkpoint WHERE log_id = log.id) AS newest ON newest.size IS NOT NULL
       LEFT JOIN policy_status AS status ON status.log_id = log.id ORDER BY log.id`,
  );
  return rows;
}

/** How asking went, for each log and anchor that was ever asked. */
export async function listAnchorStates(): Promise<AnchorState[]> {
  const { rows } = await pool().query<AnchorState>(
    `SELECT status.log_id AS "logId", anchor, ${timeText('asked_at')} AS "askedAt", ${timeText('failing_since')} AS "failingSince", error,
       newest.size::float8 AS size, ${timeText('newest.at')} AS at
     FROM anchor_status AS status LEFT JOIN LATERAL (
       (SELECT size, cosigned_at AS at FROM cosignature WHERE log_id = status.log_id AND witness = anchor ORDER BY size DESC LIMIT 1)
       UNION ALL
       (SELECT size, stamped_at AS at FROM timestamp_token WHERE log_id = status.log_id AND authority = anchor ORDER BY size DESC LIMIT 1)
     ) AS newest ON true ORDER BY anchor, status.log_id`,
  );
  return rows;
}

/** Evidence of two histories, newest first. */
export async function listEquivocations(limit: number): Promise<EquivocationSummary[]> {
  const { rows } = await pool().query<EquivocationSummary>(
    `SELECT equivocation.id::text AS id, ${timeText('found_at')} AS "foundAt", origin, equivocation.size::float8 AS size,
       equivocation.kind AS kind, holder, theirs, ours
     FROM equivocation JOIN log ON log.id = log_id ORDER BY found_at DESC LIMIT $1`,
    [limit],
  );
  return rows;
}

/** Logs to which nothing may be appended. */
export async function listHalts(): Promise<HaltSummary[]> {
  const { rows } = await pool().query<HaltSummary>(
    `SELECT origin, reason, ${timeText('halted_at')} AS "haltedAt" FROM log_halt JOIN log ON log.id = log_id ORDER BY halted_at`,
  );
  return rows;
}

/** How many tokens an authority gave. */
export async function countTimestamps(authority: string): Promise<number> {
  const { rows } = await pool().query<{ count: number }>(
    'SELECT count(*)::float8 AS count FROM timestamp_token WHERE authority = $1',
    [authority],
  );
  return rows[0]?.count ?? 0;
}
