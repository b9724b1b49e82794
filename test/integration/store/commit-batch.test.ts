import { expect, test } from 'vitest';
import { openSession } from '@/lib/services/http-log';
import { pack } from '@/lib/services/judge/pack';
import { commitBatch } from '@/lib/store/commit-batch';
import { type BatchCommit, CommitConflict } from '@/lib/store/commit-contract';
import { ensureLog, type LogHead, loadLogState } from '@/lib/store/log';
import { ensurePartitions } from '@/lib/store/partitions';
import { observe } from '@/test/support/observe';
import { jsonBytes, madeEvent } from '../../support/events';
import { testDatabase } from '../../support/postgres';

const db = testDatabase();
const logName = (partition: number) => ({ kind: 'kafka' as const, topic: 'events', partition });

/** A new event, judged on the log as `head` has it; it takes one offset. */
async function judgedOn(head: LogHead): Promise<BatchCommit> {
  const client = await db.pool.connect();
  try {
    const session = openSession({ fingerprintKey: new Uint8Array(32) });
    session.handle({ kind: 'open', handle: 1, logId: head.id, state: await loadLogState(client, head) });
    const records = pack([{ bytes: jsonBytes(madeEvent()), headers: {}, position: 0n, refusal: null }], null);
    const judge = {
      kind: 'judge' as const,
      call: 1,
      handle: 1,
      records,
      now: Date.now(),
      careful: false,
      report: false,
    };
    const {
      batch: { observedRoot: root, ...batch },
    } = await session.judge(client, judge);
    await ensurePartitions(db.pool, batch.days, new Set());
    return {
      ...batch,
      observed: observe({ log: head.origin, from: head.size, size: batch.eventCount, root }),
      logId: head.id,
      was: { size: head.size, nextOffset: head.nextOffset },
      nextOffset: (head.nextOffset ?? 0n) + 1n,
      origin: { via: 'kafka', topic: head.topic, partition: head.partition },
    };
  } finally {
    client.release();
  }
}

async function commit(batch: BatchCommit): Promise<void> {
  const client = await db.pool.connect();
  try {
    await commitBatch(client, batch);
  } finally {
    client.release();
  }
}

/** What a batch of one event writes to. */
async function everything() {
  const rows = ['log', 'event', 'server', 'usage_minute'].map((table) =>
    db.pool.query(`SELECT to_jsonb(t) FROM ${table} t ORDER BY 1`),
  );
  return (await Promise.all(rows)).map((result) => result.rows);
}

/** Two heads of a new log: as it is after one event, at offset 1, and as it is after two, at offset 2. */
async function headsOf(partition: number): Promise<[LogHead, LogHead]> {
  await commit(await judgedOn(await ensureLog(db.pool, logName(partition))));
  const before = await ensureLog(db.pool, logName(partition));
  await commit(await judgedOn(before));
  return [before, await ensureLog(db.pool, logName(partition))];
}

test('a batch that was judged on the head is stored, and moves size and offset', async () => {
  const [before, after] = await headsOf(0);
  expect([before.size, before.nextOffset, after.size, after.nextOffset]).toEqual([1, 1n, 2, 2n]);
  const { rows } = await db.pool.query('SELECT count(*)::int FROM event WHERE log_id = $1', [after.id]);
  expect(rows).toEqual([{ count: 2 }]);
});

// The events are new ones, so that no unique index stands in for the compare-and-swap.
const stale: [what: string, was: (before: LogHead, after: LogHead) => LogHead][] = [
  ['the size of before', (before, after) => ({ ...before, nextOffset: after.nextOffset })],
  ['the offset of before', (before, after) => ({ ...after, nextOffset: before.nextOffset })],
  ['an offset ahead', (_, after) => ({ ...after, nextOffset: (after.nextOffset ?? 0n) + 1n })],
  ['no offset', (_, after) => ({ ...after, nextOffset: null })],
];
test.each(stale.map(([what, was], i) => ({ what, was, partition: i + 1 })))(
  'a batch that was judged on $what is a conflict, and nothing of it is stored',
  async ({ was, partition }) => {
    const batch = await judgedOn(was(...(await headsOf(partition))));
    const stored = await everything();
    const failure = await commit(batch).catch((error) => error);
    expect(failure).toBeInstanceOf(CommitConflict);
    expect(failure.what).toBe('head');
    expect(await everything()).toEqual(stored);
  },
);
