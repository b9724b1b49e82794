import { severities } from '../core/severity';
import { pool } from './pool';

export interface Measured {
  logSize: { log: string; size: number }[];
  kafkaLag: { topic: string; partition: number; lag: number; ageMs: number }[];
  openAlerts: { severity: string; count: number }[];
  deadLettersWaiting: number;
  openGaps: number;
  lineageLag: number;
}

/** What the metrics page says of the database's content, in one round trip. */
export async function measure(): Promise<Measured> {
  const { rows } = await pool().query<{ measured: Measured }>(
    `SELECT json_build_object(
       'logSize', (SELECT coalesce(json_agg(json_build_object('log', origin, 'size', size)), '[]') FROM log),
       'kafkaLag', (SELECT coalesce(json_agg(json_build_object('topic', topic, 'partition', partition,
          'lag', greatest(high_offset - next_offset, 0), 'ageMs', age_ms)), '[]') FROM worker_status),
       'openAlerts', (SELECT coalesce(json_agg(json_build_object('severity', ($1::text[])[severity], 'count', count)), '[]')
          FROM (SELECT severity, count(*) FROM alert WHERE status IN ('new', 'in_progress') AND NOT generated GROUP BY severity) AS open),
       'deadLettersWaiting', (SELECT count(*) FROM dead_letter WHERE status = 'waiting'),
       'openGaps', (SELECT count(*) FROM chain_gap),
       'lineageLag', (SELECT coalesce(sum(size - coalesce(next_index, 0)), 0) FROM log
          LEFT JOIN lineage_position ON log_id = log.id WHERE kind <> 'console')) AS measured`,
    [severities],
  );
  return (rows[0] as { measured: Measured }).measured;
}
