import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ScenarioResult } from '../../test/scenario/run';
import { env } from '../platform/env';
import { existingLogKey } from '../platform/keys';
import { fsck } from '../store/fsck/fsck';
import { pool } from '../store/pool';

export interface DemoFigures {
  /** Events that the scenario's sensors sent, and that were confirmed to them. */
  sent: number;
  stored: number;
  lost: number;
  doubled: number;
  /** Since the demo began; the scenario sends nothing that should become one. */
  dead_letters: number;
  /** Alerts by rule that were raised, or found again, since the demo began. */
  alerts: Record<string, number>;
  logs_verified: boolean;
  /** From the command to a console that answers. */
  ready_seconds: number;
}

/** Waits until what the scenario sent has arrived (30 s at most), and measures what it led to. */
export async function measureDemo(scenario: ScenarioResult, since: Date, readySeconds: number): Promise<DemoFigures> {
  const ids = [...new Set(readFileSync(scenario.manifest, 'utf8').split('\n').filter(Boolean))];
  const deadline = performance.now() + 30_000;
  let rows = await storedRows(ids);
  let alerts = await alertsByRule(since);
  const missing = () => rows.size < ids.length || scenario.expectedAlerts.some((rule) => !alerts[rule]);
  while (missing() && performance.now() < deadline) {
    await sleep(500);
    rows = await storedRows(ids);
    alerts = await alertsByRule(since);
  }
  // Each log's head is signed every second: the last one too.
  await sleep(2000);
  const { CUSTODY_LOG_KEY: pem, CUSTODY_DATA: dir } = env();
  const report = await fsck(pool(), { logPublicKey: existingLogKey({ pem, dataDir: dir }).publicKey });
  return {
    sent: ids.length,
    stored: rows.size,
    lost: ids.length - rows.size,
    doubled: [...rows.values()].filter((count) => count > 1).length,
    dead_letters: await deadLettersSince(since),
    alerts,
    logs_verified: report.found === 0 && report.entries > 0 && report.logs.some((log) => log.checkpoints > 0),
    ready_seconds: Math.round(readySeconds * 10) / 10,
  };
}

/** What is not as it should be, one line each; empty where all is. */
export function shortcomings(figures: DemoFigures, expectedAlerts: readonly string[]): string[] {
  const found: string[] = [];
  if (figures.sent === 0) found.push('the scenario sent nothing');
  if (figures.lost > 0) found.push(`${figures.lost} of ${figures.sent} events were lost`);
  if (figures.doubled > 0) found.push(`${figures.doubled} events are stored twice`);
  if (figures.dead_letters > 0) found.push(`${figures.dead_letters} events became dead letters`);
  for (const rule of expectedAlerts) if (!figures.alerts[rule]) found.push(`no alert of ${rule}`);
  if (!figures.logs_verified) found.push('the logs do not verify: npx custody fsck says where');
  return found;
}

async function storedRows(ids: string[]): Promise<Map<string, number>> {
  const { rows } = await pool().query<{ id: string; count: number }>(
    'SELECT id, count(*)::int AS count FROM event WHERE id = ANY($1::uuid[]) GROUP BY id',
    [ids],
  );
  return new Map(rows.map(({ id, count }) => [id, count]));
}

async function alertsByRule(since: Date): Promise<Record<string, number>> {
  const { rows } = await pool().query<{ rule: string; count: number }>(
    'SELECT rule_id AS rule, count(*)::int AS count FROM alert WHERE NOT generated AND updated_at >= $1 GROUP BY 1 ORDER BY 1',
    [since],
  );
  return Object.fromEntries(rows.map(({ rule, count }) => [rule, count]));
}

async function deadLettersSince(since: Date): Promise<number> {
  const { rows } = await pool().query<{ count: number }>(
    'SELECT count(*)::int AS count FROM dead_letter WHERE received_at >= $1',
    [since],
  );
  return rows[0]?.count ?? 0;
}
