import { randomBytes } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { AlertFold } from '../core/alert/fold';
import { uuidV7 } from '../core/event/id';
import { storable, storableJson } from './storable';

/**
 * Folds a batch's detections into the open alerts of the same problem, or opens new ones, and keeps the detections.
 * Answers the alerts' ids. Sorted, so that two logs that fold into the same alerts never wait for each other in a circle.
 */
export async function writeAlerts(client: PoolClient, folds: AlertFold[]): Promise<string[]> {
  const alerts = [...folds].sort((a, b) => (a.key < b.key ? -1 : 1));
  const detections = alerts.flatMap((alert) => alert.detections.map((detection) => ({ ...detection, key: alert.key })));
  const { rows } = await client.query<{ id: string }>({
    name: 'write_alerts',
    text: `WITH folded AS (
      INSERT INTO alert (id, rule_id, dedup_key, severity, title, server, tool, actor, session, count, first_seen, last_seen, generated)
      SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int2[], $5::text[], $6::text[], $7::text[], $8::text[],
        $9::text[], $10::int8[], $11::timestamptz[], $12::timestamptz[], $13::bool[])
      ON CONFLICT (dedup_key) WHERE status IN ('new', 'in_progress', 'suppressed') DO UPDATE SET
        severity = greatest(alert.severity, excluded.severity), count = alert.count + excluded.count,
        first_seen = least(alert.first_seen, excluded.first_seen), last_seen = greatest(alert.last_seen, excluded.last_seen),
        server = CASE WHEN alert.server = excluded.server THEN alert.server END,
        tool = CASE WHEN alert.tool = excluded.tool THEN alert.tool END,
        actor = CASE WHEN alert.actor = excluded.actor THEN alert.actor END,
        session = CASE WHEN alert.session = excluded.session THEN alert.session END,
        updated_at = now()
      RETURNING id, dedup_key
    ), kept AS (
      INSERT INTO detection (alert_id, event_id, event_time, rule_id, severity, summary, evidence)
      SELECT folded.id, d.event_id, d.event_time, d.rule_id, d.severity, d.summary, d.evidence::jsonb
      FROM unnest($14::text[], $15::uuid[], $16::timestamptz[], $17::text[], $18::int2[], $19::text[], $20::text[])
        AS d (dedup_key, event_id, event_time, rule_id, severity, summary, evidence)
      JOIN folded USING (dedup_key)
      ON CONFLICT DO NOTHING
    )
    SELECT id::text FROM folded`,
    values: [
      alerts.map(() => uuidV7(Date.now(), randomBytes(10))),
      alerts.map((alert) => alert.ruleId),
      alerts.map((alert) => storable(alert.key)),
      alerts.map((alert) => alert.severity),
      alerts.map((alert) => storable(alert.title)),
      alerts.map((alert) => alert.server),
      alerts.map((alert) => alert.tool),
      alerts.map((alert) => alert.actor),
      alerts.map((alert) => alert.session),
      alerts.map((alert) => alert.count),
      alerts.map((alert) => alert.firstSeen),
      alerts.map((alert) => alert.lastSeen),
      alerts.map((alert) => alert.generated),
      detections.map((detection) => storable(detection.key)),
      detections.map((detection) => detection.eventId),
      detections.map((detection) => detection.eventTime),
      detections.map((detection) => detection.ruleId),
      detections.map((detection) => detection.severity),
      detections.map((detection) => storable(detection.summary)),
      detections.map((detection) => storableJson(detection.evidence)),
    ],
  });
  return rows.map((row) => row.id);
}
