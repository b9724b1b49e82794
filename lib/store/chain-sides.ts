import { fact } from '../core/detection/evidence';
import { chainEvidence } from '../core/detection/own';
import type { AuditEvent } from '../core/event/envelope';
import type { Queryable } from './pool';
import { storable, storableJson } from './storable';
import type { Tx } from './transaction';

/** How the summary of a detection begins that only shows the other side of what another one found. */
export const otherSide = 'The other side';

/** Which event a rule's finding is to be held against, by its place: at, below or above that of the event. */
const sides = {
  'source-fork': 'fork',
  'source-gap': 'below',
  'late-event': 'above',
  'source-rollback': 'before',
  'truncated-epoch': 'before',
} as const;
type Side = (typeof sides)[keyof typeof sides];

interface Found {
  alertId: string;
  ruleId: keyof typeof sides;
  eventId: string;
  severity: number;
  source: string;
  epoch: string;
  sequence: string;
  logId: number;
}

/** Findings about chains of the last while whose alert shows one side only, at most `limit`. `seen`: events whose other side was looked for already. */
export async function oneSidedFindings(tx: Tx, seen: string[], limit: number): Promise<Found[]> {
  const { rows } = await tx.query<Found>(
    `SELECT detection.alert_id::text AS "alertId", detection.rule_id AS "ruleId", detection.event_id::text AS "eventId", detection.severity,
       event.source, event.epoch, event.sequence::text AS sequence, event.log_id AS "logId"
     FROM alert JOIN detection ON detection.alert_id = alert.id
       JOIN event ON event.id = detection.event_id AND event.time = detection.event_time
     WHERE alert.rule_id = ANY ($1) AND alert.updated_at > now() - interval '1 hour' AND detection.summary NOT LIKE '${otherSide}%'
       AND event.epoch IS NOT NULL AND event.sequence IS NOT NULL AND NOT detection.event_id = ANY ($3::uuid[])
       AND NOT EXISTS (SELECT FROM detection other WHERE other.alert_id = detection.alert_id
         AND other.summary LIKE '${otherSide} of ' || detection.event_id || '%')
     ORDER BY detection.created_at DESC LIMIT $2`,
    [Object.keys(sides), limit, seen],
  );
  return rows;
}

interface Place {
  id: string;
  time: Date;
  body: string;
}

/** Looks for the event that a finding is to be held against; null: it is not stored, or not where it should be. */
export async function findOtherSide(db: Queryable, found: Found): Promise<Place | null> {
  const side: Side = sides[found.ruleId];
  if (side === 'before') return endBefore(db, found);
  const { from, to } = await stretchOf(db, found);
  const where = {
    fork: 'sequence = $4::int8 AND id <> $5::uuid',
    below: 'sequence < $4::int8 AND id <> $5::uuid',
    above: 'sequence > $4::int8 AND id <> $5::uuid',
  }[side];
  const { rows } = await db.query<Place>(
    `SELECT id::text, time, body FROM event WHERE log_id = $1 AND log_index BETWEEN $6 AND $7 AND source = $2 AND epoch = $3 AND ${where}
     ORDER BY sequence ${side === 'below' ? 'DESC' : ''}, log_index LIMIT 1`,
    [found.logId, found.source, found.epoch, found.sequence, found.eventId, from, to],
  );
  // A fork by another predecessor: the one that the chain has in that place.
  if (!rows[0] && side === 'fork') return findOtherSide(db, { ...found, ruleId: 'source-gap' });
  return rows[0] ?? null;
}

/** Between which entries of the log a place of a chain lies: every 64th of a chain is found by an index, and the log keeps their order. */
async function stretchOf(
  db: Queryable,
  { source, epoch, sequence, logId }: Found,
): Promise<{ from: string; to: string }> {
  const near = (than: string, order: string) =>
    `(SELECT log_index FROM event WHERE source = $1 AND epoch = $2 AND log_id = $4 AND sequence % 64 = 0 AND sequence ${than} $3::int8
      ORDER BY sequence ${order} LIMIT 1)`;
  const { rows } = await db.query<{ from: string; to: string }>(
    `SELECT coalesce(${near('< -64 +', 'DESC')}, 0) AS from, coalesce(${near('> 64 +', 'ASC')}, (SELECT size FROM log WHERE id = $4)) AS to`,
    [source, epoch, sequence, logId],
  );
  return rows[0] as { from: string; to: string };
}

/** The newest event of the run before, or of the same one where it went back within it. */
async function endBefore(db: Queryable, { source, eventId }: Found): Promise<Place | null> {
  const { rows } = await db.query<Place>(
    `SELECT event.id::text, event.time, event.body FROM source_chain chain
       JOIN event ON event.source = chain.source AND event.epoch = chain.epoch AND event.time = chain.head_time
         AND event.sequence = chain.head_sequence
     WHERE chain.source = $1 AND event.id <> $2 AND chain.started_at <= (SELECT recorded_at FROM event WHERE id = $2 ORDER BY log_index LIMIT 1)
     ORDER BY chain.started_at DESC LIMIT 1`,
    [source, eventId],
  );
  return rows[0] ?? null;
}

/** Adds the other side to the alert, as evidence that names the first; where there is none, that it was looked for. */
export async function addOtherSide(tx: Tx, found: Found, other: Place | null): Promise<void> {
  if (other === null) return;
  const event = JSON.parse(other.body) as AuditEvent;
  const evidence = [
    fact('/sequence', event.sequence ?? '', `Stands against what was found in event ${found.eventId}`),
    ...chainEvidence(event),
  ];
  await tx.query(
    `INSERT INTO detection (alert_id, event_id, event_time, rule_id, severity, summary, evidence)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
    [
      found.alertId,
      other.id,
      other.time,
      found.ruleId,
      found.severity,
      storable(`${otherSide} of ${found.eventId}: number ${BigInt(event.sequence ?? '0')} of the same source.`),
      storableJson(evidence),
    ],
  );
}
