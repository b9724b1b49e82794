import type { ClientBase } from 'pg';
import { keptDetections } from '../../core/alert/fold';
import type { Findings } from './report';

/**
 * Finds detections that were taken away. They are no leaves, so only what else speaks of them can miss them: the severity of the
 * event, and the alert. Whoever changed these too is not found. An alert that had more detections in one batch than are kept leaves
 * events without theirs; events of its time are passed over.
 */
export async function checkDetections(client: ClientBase, findings: Findings): Promise<void> {
  const { rows: events } = await client.query<{ id: string; origin: string | null }>(
    `WITH crowded AS MATERIALIZED (
       SELECT alert.severity, alert.first_seen, alert.last_seen FROM alert JOIN detection ON detection.alert_id = alert.id
       GROUP BY alert.id HAVING count(*) >= ${keptDetections} AND alert.count > count(*)
     )
     SELECT event.id, log.origin FROM event LEFT JOIN log ON log.id = event.log_id
     WHERE event.severity > 0
       AND NOT EXISTS (SELECT FROM detection WHERE event_id = event.id AND detection.severity = event.severity)
       AND NOT EXISTS (SELECT FROM crowded
         WHERE crowded.severity >= event.severity AND event.time BETWEEN crowded.first_seen AND crowded.last_seen)
     LIMIT 1000`,
  );
  for (const { id, origin } of events) {
    findings.add({
      log: origin ?? '',
      what: 'detection',
      where: `event ${id}`,
      detail: 'Its severity says that a rule found something, and no detection of that severity is stored.',
    });
  }
  const { rows: alerts } = await client.query<{ id: string }>(
    `SELECT id FROM alert WHERE NOT EXISTS (SELECT FROM detection WHERE alert_id = alert.id) LIMIT 1000`,
  );
  for (const { id } of alerts) {
    findings.add({
      log: 'alerts',
      what: 'detection',
      where: `alert ${id}`,
      detail: 'None of its detections is stored.',
    });
  }
}
