import { randomUUID } from 'node:crypto';
import type { DrillChange, DrillResult } from '../core/provenance/drill';
import { pool, type Queryable } from './pool';
import { timeText } from './time-text';
import type { Tx } from './transaction';

export interface DrillRow {
  id: string;
  runAt: string;
  askedBy: string;
  /** Origin of the log. */
  log: string;
  from: number;
  size: number;
  changes: DrillChange[];
  missed: number;
  ms: number;
}

export async function insertDrill(
  tx: Tx,
  { logId, from, size, changes, ms }: DrillResult,
  { missed, askedBy }: { missed: number; askedBy: string },
): Promise<string> {
  const id = randomUUID();
  await tx.query(
    `INSERT INTO drill (id, run_at, asked_by, log_id, from_index, size, changes, missed, ms)
     VALUES ($1, now(), $2, $3, $4, $5, $6, $7, $8)`,
    [id, askedBy, logId, from, size, JSON.stringify(changes), missed, ms],
  );
  return id;
}

/** The newest drills, newest first. */
export async function listDrills(limit: number): Promise<DrillRow[]> {
  const { rows } = await pool().query<DrillRow>(
    `SELECT drill.id, ${timeText('run_at')} AS "runAt", asked_by AS "askedBy", log.origin AS log, from_index::float8 AS from,
       drill.size::float8 AS size, changes, missed, ms
     FROM drill JOIN log ON log.id = log_id ORDER BY run_at DESC LIMIT $1`,
    [limit],
  );
  return rows;
}

/** Whether the last drill is longer ago than so many milliseconds, or there was none; by the database's clock. */
export async function drillIsDue(db: Queryable, everyMs: number): Promise<boolean> {
  const { rows } = await db.query<{ due: boolean }>(
    `SELECT coalesce(max(run_at) < now() - $1 * interval '1 millisecond', true) AS due FROM drill`,
    [everyMs],
  );
  return rows[0]?.due === true;
}
