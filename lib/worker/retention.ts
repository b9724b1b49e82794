import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { recordOwnEvent } from '../services/own-events';
import { announce } from '../store/announce';
import { appendAudit } from '../store/audit-log';
import { holdsOnDay, lockHolds } from '../store/legal-holds';
import { lockRetention, readRetention } from '../store/retention';
import { type DroppedDay, dropDay, emptyDeadLetters, lockDay, recordDrop, storedDays } from '../store/retention-drop';
import { transaction } from '../store/transaction';
import type { Job } from './jobs';

const hour = 3_600_000;

/** Drops the days that are older than events are kept, whole, where no legal hold touches them. */
export const retentionJob = (pool: Pool): Job => ({
  name: 'retention',
  everyMs: hour,
  alone: true,
  run: async () => {
    await applyRetention(pool, new Date());
  },
});

/**
 * Answers the days that were dropped, oldest first. One transaction for each: what is taken away is written down, into tables, the
 * console's log and an own event, and then taken away, or nothing is. A day that others write into for longer than a second waits for the
 * next run, and the error says so.
 */
export async function applyRetention(pool: Pool, now: Date): Promise<DroppedDay[]> {
  const { days } = await readRetention(pool);
  if (days === null) return [];
  const dropped: DroppedDay[] = [];
  for (const day of await storedDays(pool, firstKept(now, days))) {
    const done = await transaction((tx) => applyTo(tx, day, now), pool);
    if (done) dropped.push(done);
  }
  await transaction((tx) => emptyOldLetters(tx, now), pool);
  return dropped;
}

/** The first day (UTC) that is kept: the one before is over for at least `days` days. */
export const firstKept = (now: Date, days: number): string =>
  new Date(now.getTime() - days * 86_400_000).toISOString().slice(0, 10);

type Tx = Parameters<Parameters<typeof transaction>[0]>[0];

async function applyTo(tx: Tx, day: string, now: Date): Promise<DroppedDay | null> {
  await lockHolds(tx);
  const days = await lockRetention(tx);
  if (days === null || day >= firstKept(now, days)) return null;
  await lockDay(tx, day);
  if ((await holdsOnDay(tx, day)) > 0) return null;
  const dropped = await recordDrop(tx, randomUUID(), day, days);
  if (dropped.events + dropped.sealedValues > 0) await announceDrop(tx, dropped, days);
  await dropDay(tx, day);
  return dropped;
}

async function announceDrop(tx: Tx, dropped: DroppedDay, keptDays: number): Promise<void> {
  const { id, day, events, sealedValues, logs, ranges, rangesHash } = dropped;
  const record = {
    day,
    kept_days: keptDays,
    events,
    sealed_values: sealedValues,
    logs,
    ranges,
    ranges_hash: rangesHash,
  };
  const { logIndex } = await appendAudit(tx, {
    actor: 'system',
    role: 'system',
    action: 'retention.drop',
    target: `retention_drop:${id}`,
    detail: { after: record },
  });
  await recordOwnEvent(tx, {
    type: 'retention.pruned',
    subject: id,
    data: { retention: { drop: id, ...record, entry: logIndex } },
  });
  await announce(tx, 'retention', id);
}

/** Dead letters are not evidence and stand in no log: their bytes go with the days that they came in. */
async function emptyOldLetters(tx: Tx, now: Date): Promise<void> {
  const days = await lockRetention(tx);
  if (days === null) return;
  const before = firstKept(now, days);
  const letters = await emptyDeadLetters(tx, before);
  if (letters === 0) return;
  await appendAudit(tx, {
    actor: 'system',
    role: 'system',
    action: 'retention.empty_dead_letters',
    target: 'dead_letter',
    detail: { after: { before, letters } },
  });
}
