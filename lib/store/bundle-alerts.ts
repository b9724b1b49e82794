import type { AlertLine, ChainLine, DetectionLine, HistoryLine } from '../core/provenance/bundle/lines';
import type { StoredLeaf } from './leaves';
import type { Queryable } from './pool';
import { timeText } from './time-text';

/** Detections of one alert that go into a bundle, the newest. */
export const mostDetections = 10_000;

/** An alert as a bundle has it, without names of people; null where there is none. */
export async function bundleAlert(client: Queryable, id: string): Promise<AlertLine | null> {
  const { rows } = await client.query<Omit<AlertLine, 'type' | 'resolution' | 'assignee'> & Nullable>(
    `SELECT id, rule_id AS rule, severity, title, status, resolution, assignee, count::float8 AS count,
       ${timeText('first_seen')} AS first_seen, ${timeText('last_seen')} AS last_seen FROM alert WHERE id = $1`,
    [id],
  );
  const [row] = rows;
  if (!row) return null;
  const { resolution, assignee, ...alert } = row;
  return { type: 'alert', ...alert, ...(resolution && { resolution }), ...(assignee && { assignee }) };
}

interface Nullable {
  resolution: string | null;
  assignee: string | null;
}

/** The detections of an alert, newest first, a few at a time. */
export async function* bundleDetections(client: Queryable, alert: string): AsyncGenerator<DetectionLine[], void> {
  const page = 500;
  for (let offset = 0; offset < mostDetections; offset += page) {
    const { rows } = await client.query<Omit<DetectionLine, 'type'>>(
      `SELECT alert_id AS alert, event_id AS event, ${timeText('event_time')} AS event_time, rule_id AS rule, severity, summary, evidence
       FROM detection WHERE alert_id = $1 ORDER BY event_time DESC, event_id LIMIT ${page} OFFSET ${offset}`,
      [alert],
    );
    if (rows.length > 0) yield rows.map((row) => ({ type: 'detection', ...row }));
    if (rows.length < page) return;
  }
}

/** What people did about an alert, oldest first. */
export async function bundleHistory(client: Queryable, alert: string): Promise<HistoryLine[]> {
  const { rows } = await client.query<Omit<HistoryLine, 'type'>>(
    `SELECT id, alert_id AS alert, ${timeText('time')} AS time, actor, kind, body
     FROM alert_activity WHERE alert_id = $1 ORDER BY alert_activity.time, id`,
    [alert],
  );
  return rows.map((row) => ({ type: 'history', ...row }));
}

/** Chains whose states a bundle tells, at most. */
const mostChains = 10_000;

/** The stretches of source chains that a bundle's events come from. */
export class ChainStretches {
  #stretches = new Map<string, { source: string; epoch: string; from: bigint; to: bigint }>();

  add({ record: { source, epoch, sequence: text } }: StoredLeaf): void {
    if (epoch === undefined || text === undefined) return;
    const sequence = BigInt(text);
    const name = `${source}\n${epoch}`;
    const known = this.#stretches.get(name);
    if (!known) {
      if (this.#stretches.size < mostChains) this.#stretches.set(name, { source, epoch, from: sequence, to: sequence });
      return;
    }
    if (sequence < known.from) known.from = sequence;
    if (sequence > known.to) known.to = sequence;
  }

  /** The state of each chain, with what never arrived between the events of the bundle. */
  async *lines(client: Queryable): AsyncGenerator<ChainLine, void> {
    for (const { source, epoch, from, to } of this.#stretches.values()) {
      const { rows } = await client.query<Omit<ChainLine, 'type' | 'gaps'> & { gaps: ChainLine['gaps'] | null }>(
        `SELECT source, epoch, head_sequence::text AS head_sequence, head_hash,
           (SELECT json_agg(json_build_object('from', from_sequence::text, 'to', to_sequence::text) ORDER BY from_sequence)
            FROM (SELECT * FROM chain_gap AS gap WHERE gap.source = chain.source AND gap.epoch = chain.epoch
              AND to_sequence >= $3 AND from_sequence <= $4 ORDER BY from_sequence LIMIT 10000) AS open) AS gaps
         FROM source_chain AS chain WHERE source = $1 AND epoch = $2`,
        [source, epoch, from, to],
      );
      for (const { gaps, ...chain } of rows) yield { type: 'chain', ...chain, gaps: gaps ?? [] };
    }
  }
}
