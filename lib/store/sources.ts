import type { SourceStanding } from '../core/provenance/source-facts';
import { otherSide } from './chain-sides';
import { pool } from './pool';
import { timeText } from './time-text';

/** One run of a source, as a picture needs it. Sequences are text: they go beyond what JSON's numbers hold. */
export interface EpochSummary {
  epoch: string;
  head: string;
  headHash: string;
  headTime: string;
  startedAt: string;
  kid: string | null;
  events: number;
  duplicates: number;
  gaps: { from: string; to: string; noticedAt: string }[];
  ended: 'closed' | 'followed' | null;
  intervalMs: number | null;
}

export interface SourceSummary extends SourceStanding {
  source: string;
  generated: boolean;
  epochs: number;
  events: number;
  lastTime: string | null;
  /** The newest event, where it is known. */
  lastEvent: string | null;
  openAlerts: number;
}

/** Newest entries of each log among which sources without a chain are looked for. */
const newest = 5_000;

/** The sources that are known: those with chains or keys, and those among the newest events. Newest first, at most `limit`. */
export async function listSources(limit: number, only?: string): Promise<SourceSummary[]> {
  const { rows } = await pool().query<SourceRow>(
    `WITH recent AS MATERIALIZED (
       SELECT DISTINCT ON (seen.source) seen.* FROM log CROSS JOIN LATERAL (
         SELECT source, time, id, kid, epoch FROM event WHERE log_id = log.id AND log_index >= log.size - ${newest}) seen
       WHERE log.kind <> 'console' ORDER BY seen.source, seen.time DESC
     ), chain AS (
       SELECT DISTINCT ON (source) source, epoch, kid, head_time, head_hash FROM source_chain ORDER BY source, started_at DESC, head_time DESC
     ), total AS (
       SELECT source, count(*)::int AS epochs, sum(events)::float8 AS events, min(started_at) AS started_at FROM source_chain GROUP BY source
     ), gap AS (
       SELECT source, sum(to_sequence - from_sequence + 1)::float8 AS missing, min(noticed_at) AS since FROM chain_gap GROUP BY source
     ), name AS (
       SELECT source FROM recent UNION SELECT source FROM chain UNION SELECT source FROM source_key
     )
     SELECT name.source, chain.source IS NOT NULL AS chained, total.epochs, total.events,
       ${timeText('coalesce(total.started_at, last.recorded_at, recent.time)')} AS since,
       CASE WHEN chain.source IS NULL THEN recent.kid ELSE chain.kid END AS "newestKid",
       ${timeText('greatest(chain.head_time, recent.time)')} AS "lastTime", last.id::text AS "lastEvent", coalesce(last.generated, false) AS generated,
       coalesce(gap.missing, 0) AS missing, ${timeText('gap.since')} AS "missingSince",
       (SELECT ${timeText('silence.since')} FROM source_silence silence WHERE silence.source = name.source AND silence.until IS NULL
         ORDER BY silence.since LIMIT 1) AS "silentSince",
       (SELECT json_build_object('heardAt', ${timeText('heard_at')}, 'heardSequence', heard_sequence::text, 'ended', ended) FROM source_run run
         WHERE run.source = name.source AND (run.beats > 0 OR run.ended = 'closed') ORDER BY begun_at DESC LIMIT 1) AS run,
       (SELECT coalesce(json_agg(json_build_object('kid', kid, 'addedAt', ${timeText('added_at')}, 'revokedAt', ${timeText('revoked_at')},
           'compromisedSince', ${timeText('compromised_since')}) ORDER BY added_at DESC), '[]') FROM source_key key WHERE key.source = name.source) AS keys,
       (SELECT coalesce(json_agg(json_build_object('ruleId', rule_id, 'since', ${timeText('first_seen')})), '[]') FROM alert
         WHERE ${alertOf('name.source')} AND status IN ('new', 'in_progress')) AS alerts,
       CASE WHEN last.id IS NOT NULL THEN (SELECT json_build_object('origin', log.origin, 'index', last.log_index,
           'checkpointSize', coalesce(signed.size, 0), 'signedAt', ${timeText('signed.signed_at')},
           'witnesses', (SELECT count(*) FROM cosignature WHERE cosignature.log_id = log.id AND cosignature.size > last.log_index),
           'stampedAt', (SELECT ${timeText('min(stamped_at)')} FROM timestamp_token WHERE timestamp_token.log_id = log.id AND size > last.log_index),
           'halted', (SELECT reason FROM log_halt WHERE log_halt.log_id = log.id))
         FROM log LEFT JOIN LATERAL (SELECT size, signed_at FROM checkpoint WHERE checkpoint.log_id = log.id ORDER BY size DESC LIMIT 1) signed ON true
         WHERE log.id = last.log_id) END AS log
     FROM name LEFT JOIN recent USING (source) LEFT JOIN chain USING (source) LEFT JOIN total USING (source) LEFT JOIN gap USING (source)
       LEFT JOIN LATERAL (SELECT id, log_id, log_index, recorded_at, generated FROM event
         WHERE event.time = greatest(chain.head_time, recent.time) AND event.source = name.source ORDER BY log_index DESC LIMIT 1) last ON true
     WHERE $2::text IS NULL OR name.source = $2
     ORDER BY greatest(chain.head_time, recent.time) DESC NULLS LAST, name.source LIMIT $1`,
    [limit, only ?? null],
  );
  return rows.map((row) => ({
    ...row,
    since: row.since ?? row.keys[0]?.addedAt ?? '',
    epochs: row.epochs ?? 0,
    events: row.events ?? 0,
    openAlerts: row.alerts.length,
  }));
}

type SourceRow = SourceSummary & { since: string | null; epochs: number | null; events: number | null };

/** SQL: an alert is about this source. The rules that watch sources begin their keys with its name. */
const alertOf = (source: string): string =>
  `(alert.dedup_key = alert.rule_id || '|' || ${source} OR starts_with(alert.dedup_key, alert.rule_id || '|' || ${source} || '|'))`;

export const findSource = async (source: string): Promise<SourceSummary | null> =>
  (await listSources(1, source))[0] ?? null;

/** The newest runs of a source. */
export async function listEpochs(source: string, limit: number): Promise<EpochSummary[]> {
  const { rows } = await pool().query<EpochSummary>(
    `SELECT chain.epoch, head_sequence::text AS head, head_hash AS "headHash", ${timeText('head_time')} AS "headTime",
       ${timeText('started_at')} AS "startedAt", kid, events::float8 AS events, duplicates::float8 AS duplicates, run.ended,
       run.interval_ms AS "intervalMs",
       (SELECT coalesce(json_agg(json_build_object('from', from_sequence::text, 'to', to_sequence::text, 'noticedAt', ${timeText('noticed_at')})
           ORDER BY from_sequence), '[]') FROM (SELECT * FROM chain_gap gap WHERE gap.source = chain.source AND gap.epoch = chain.epoch
         ORDER BY from_sequence LIMIT 200) gap) AS gaps
     FROM source_chain chain LEFT JOIN source_run run USING (source, epoch)
     WHERE source = $1 ORDER BY started_at DESC, head_time DESC LIMIT $2`,
    [source, limit],
  );
  return rows;
}

/** A place in a source's chain that stands out. */
export interface ChainMark {
  epoch: string;
  sequence: string;
  kind: 'fork' | 'rollback' | 'truncated' | 'late' | 'silence' | 'heartbeat';
  at: string;
  eventId: string;
}

const markRules = {
  'source-fork': 'fork',
  'source-rollback': 'rollback',
  'truncated-epoch': 'truncated',
  'late-event': 'late',
};
const mostMarks = 300;

/** Forks and the like as the alerts have them, silences, and the newest heartbeats. */
export async function listMarks(source: string): Promise<ChainMark[]> {
  const found = await pool().query<ChainMark & { ruleId: keyof typeof markRules }>(
    `SELECT event.epoch, event.sequence::text AS sequence, detection.rule_id AS "ruleId", ${timeText('event.recorded_at')} AS at, event.id::text AS "eventId"
     FROM alert JOIN detection ON detection.alert_id = alert.id JOIN event ON event.id = detection.event_id AND event.time = detection.event_time
     WHERE alert.rule_id = ANY ($2) AND ${alertOf('$1')} AND event.epoch IS NOT NULL AND event.sequence IS NOT NULL
       AND (alert.rule_id = 'source-fork' OR detection.summary NOT LIKE '${otherSide}%')
     ORDER BY detection.created_at DESC LIMIT ${mostMarks}`,
    [source, Object.keys(markRules)],
  );
  const silences = await pool().query<ChainMark>(
    `SELECT epoch, sequence::text AS sequence, 'silence' AS kind, ${timeText('since')} AS at, event_id::text AS "eventId"
     FROM source_silence WHERE source = $1 AND sequence IS NOT NULL ORDER BY since DESC LIMIT ${mostMarks}`,
    [source],
  );
  const beats = await pool().query<ChainMark>(
    `SELECT epoch, sequence::text AS sequence, 'heartbeat' AS kind, ${timeText('recorded_at')} AS at, id::text AS "eventId"
     FROM event WHERE log_id = ANY (SELECT log_id FROM source_run WHERE source = $1) AND source = $1
       AND type = 'mcp.audit.chain.heartbeat.v1' AND sequence IS NOT NULL
     ORDER BY log_index DESC LIMIT ${mostMarks}`,
    [source],
  );
  return [
    ...found.rows.map(({ ruleId, ...mark }) => ({ ...mark, kind: markRules[ruleId] as ChainMark['kind'] })),
    ...silences.rows,
    ...beats.rows,
  ];
}

export interface SourceAlert {
  id: string;
  ruleId: string;
  title: string;
  severity: number;
  status: string;
  lastSeen: string;
}

/** Alerts about a source, open ones first. */
export async function listSourceAlerts(source: string, limit: number): Promise<SourceAlert[]> {
  const { rows } = await pool().query<SourceAlert>(
    `SELECT id::text, rule_id AS "ruleId", title, severity, status, ${timeText('last_seen')} AS "lastSeen" FROM alert
     WHERE ${alertOf('$1')} ORDER BY status IN ('new', 'in_progress') DESC, last_seen DESC LIMIT $2`,
    [source, limit],
  );
  return rows;
}

/** When a source was silent, newest first. */
export async function listSilences(
  source: string,
  limit: number,
): Promise<{ epoch: string; since: string; until: string | null; caughtUp: boolean | null; eventId: string }[]> {
  const { rows } = await pool().query(
    `SELECT epoch, ${timeText('since')} AS since, ${timeText('until')} AS until, caught_up AS "caughtUp", event_id::text AS "eventId"
     FROM source_silence WHERE source = $1 ORDER BY since DESC LIMIT $2`,
    [source, limit],
  );
  return rows;
}
