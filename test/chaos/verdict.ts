import type { Pool } from 'pg';
import { fsck } from '../../lib/store/fsck/fsck';

export interface Verdict {
  sent: number;
  stored: number;
  lost: number;
  doubled: number;
  reordered: number;
  /** Logs in which a check of everything found nothing wrong. */
  logs_verified: number;
  logs: number;
  dead_letters: number;
  open_gaps: number;
  findings: unknown[];
}

/** Compares what was sent with what is stored, and checks the logs from the bodies up. `sent`: ids in order, by message key. */
export async function judgeAftermath(
  pool: Pool,
  sent: ReadonlyMap<string, readonly string[]>,
  logPublicKey: Uint8Array,
): Promise<Verdict> {
  const { rows } = await pool.query<{ id: string; own: boolean }>(
    `SELECT id::text, source LIKE 'urn:custody:%' AS own FROM event ORDER BY log_id, log_index`,
  );
  const place = new Map<string, number>();
  let doubled = 0;
  rows.forEach(({ id }, at) => {
    if (place.has(id)) doubled++;
    place.set(id, at);
  });
  let lost = 0;
  let reordered = 0;
  for (const ids of sent.values()) {
    let last = -1;
    for (const id of ids) {
      const at = place.get(id);
      if (at === undefined) lost++;
      else if (at < last) reordered++;
      else last = at;
    }
  }
  const report = await fsck(pool, { logPublicKey });
  const { rows: counts } = await pool.query<{ dead: number; gaps: number }>(
    'SELECT (SELECT count(*) FROM dead_letter)::int AS dead, (SELECT count(*) FROM chain_gap)::int AS gaps',
  );
  return {
    sent: [...sent.values()].reduce((sum, ids) => sum + ids.length, 0),
    // What Custody itself says of silent sources and the like was sent by nobody here.
    stored: rows.filter(({ own }) => !own).length,
    lost,
    doubled,
    reordered,
    logs_verified: report.found === 0 ? report.logs.length : 0,
    logs: report.logs.length,
    dead_letters: counts[0]?.dead ?? 0,
    open_gaps: counts[0]?.gaps ?? 0,
    findings: report.findings.slice(0, 5),
  };
}
