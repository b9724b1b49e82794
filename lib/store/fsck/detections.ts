import type { ClientBase } from 'pg';
import { keptDetections } from '../../core/alert/fold';
import { otherSide } from '../chain-sides';
import type { Findings } from './report';

/**
 * Finds detections that were taken away. They are no leaves, so only what else speaks of them can miss them: the severity of the
 * event, and the alert. Whoever changed these too is not found. An alert that had more detections in one batch than are kept leaves
 * events without theirs; events of its time are passed over. `pruned`: retention took events, whose detections stay.
 */
export async function checkDetections(client: ClientBase, findings: Findings, pruned: boolean): Promise<void> {
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
  await checkAgainst(client, findings, pruned);
}

/** What a detection says its event and its alert must say, too. */
async function checkAgainst(client: ClientBase, findings: Findings, pruned: boolean): Promise<void> {
  const add = (where: string, detail: string) => findings.add({ log: 'alerts', what: 'detection', where, detail });
  const { rows: events } = await client.query<{ id: string; rule: string; there: boolean }>(
    `SELECT detection.event_id AS id, detection.rule_id AS rule, event.id IS NOT NULL AS there
     FROM detection LEFT JOIN event ON event.id = detection.event_id AND event.time = detection.event_time
     WHERE (event.id IS NULL AND NOT $1) OR (event.severity < detection.severity AND detection.rule_id <> 'replayed-event'
         AND detection.summary NOT LIKE '${otherSide}%')
     LIMIT 1000`,
    [pruned],
  );
  for (const { id, rule, there } of events) {
    const detail = there
      ? `Its severity is below what ${rule} found.`
      : `${rule} found something in it, and it is not stored.`;
    add(`event ${id}`, detail);
  }
  const { rows: alerts } = await client.query<{ id: string; wrong: string }>(
    `SELECT alert.id, CASE WHEN alert.severity < max(detection.severity) THEN 'Its severity is below that of its detections.'
         WHEN alert.count < count(*) FILTER (WHERE detection.summary NOT LIKE '${otherSide}%') THEN 'It counts fewer than its detections are.'
         WHEN bool_or(detection.rule_id <> alert.rule_id) THEN 'Its rule is not that of its detections.'
         ELSE 'It was first or last seen at another time than its detections say.' END AS wrong
     FROM alert JOIN detection ON detection.alert_id = alert.id
     GROUP BY alert.id
     HAVING alert.severity < max(detection.severity) OR bool_or(detection.rule_id <> alert.rule_id)
       OR alert.count < count(*) FILTER (WHERE detection.summary NOT LIKE '${otherSide}%')
       OR alert.first_seen > min(detection.event_time) FILTER (WHERE detection.summary NOT LIKE '${otherSide}%')
       OR alert.last_seen < max(detection.event_time) FILTER (WHERE detection.summary NOT LIKE '${otherSide}%')
     LIMIT 1000`,
  );
  for (const { id, wrong } of alerts) add(`alert ${id}`, wrong);
}
