import { describe, expect, test } from 'vitest';
import { lookAtClocks } from '@/lib/worker/clock';
import { followSources } from '@/lib/worker/silence';
import { ChainedSource } from '@/test/support/chained';
import { testDatabase } from '@/test/support/postgres';
import { takeIn, takeInOwn } from '@/test/support/take-in';

const db = testDatabase();
const second = 1000;

const alertsOf = async (rule: string, source: string) =>
  (
    await db.pool.query(
      `SELECT alert.id, alert.status, alert.resolution, alert.count::int, detection.summary, detection.evidence
       FROM alert JOIN detection ON detection.alert_id = alert.id
       WHERE alert.rule_id = $1 AND detection.summary LIKE '%' || $2 || '%' ORDER BY alert.created_at`,
      [rule, source],
    )
  ).rows;
const historyOf = async (alert: string) =>
  (await db.pool.query('SELECT actor, kind, body FROM alert_activity WHERE alert_id = $1 ORDER BY time', [alert])).rows;

/** A source that has begun and sent three heartbeats, 30 s apart, the newest just now. */
async function beating() {
  const source = new ChainedSource();
  const now = Date.now();
  const begin = source.next('chain.epoch', now - 90 * second);
  const beats = [60, 30, 0].map((ago) => source.next('chain.heartbeat', now - ago * second));
  await takeIn([begin, ...beats]);
  return { source, now, last: beats.at(-1) };
}

describe('a source whose heartbeats stop', () => {
  test('is silent, once, and the alert says when it is back', async () => {
    const { source, now, last } = await beating();
    await followSources(db.pool, now + 60 * second, 0);
    await takeInOwn(db.pool);
    expect(await alertsOf('source-silence', source.source)).toEqual([]);

    for (const later of [100, 105, 200]) await followSources(db.pool, now + later * second, 0);
    await takeInOwn(db.pool);
    const [alert, ...others] = await alertsOf('source-silence', source.source);
    expect(others).toEqual([]);
    expect(alert).toMatchObject({ status: 'new', count: 1, summary: expect.stringContaining('every 30 s') });
    expect(
      alert.evidence.map(({ pointer, excerpt }: { pointer: string; excerpt: string }) => [pointer, excerpt]),
    ).toEqual([
      ['/data/chain/since', expect.any(String)],
      ['/data/chain/last_event', last?.id],
      ['/data/chain/last_sequence', '3'],
      ['/data/chain/interval_ms', '30000'],
    ]);

    await takeIn([source.next('chain.heartbeat', now + 400 * second)]);
    await followSources(db.pool, now + 401 * second, now + 400 * second);
    const [told] = await alertsOf('source-silence', source.source);
    expect(told).toMatchObject({ status: 'resolved', resolution: 'true_positive' });
    expect(await historyOf(told.id)).toEqual([
      { actor: 'system', kind: 'status', body: expect.stringContaining('The source is back since') },
    ]);
    const audit = await db.pool.query('SELECT actor, action FROM audit_entry WHERE target = $1', [`alert:${told.id}`]);
    expect(audit.rows).toEqual([{ actor: 'system', action: 'alert.set_status' }]);

    // The next silence is another alert.
    await followSources(db.pool, now + 600 * second, 0);
    await takeInOwn(db.pool);
    expect(await alertsOf('source-silence', source.source)).toHaveLength(2);
  });

  test('that was only cut off: what it recorded comes late, and the alert says so', async () => {
    const { source, now } = await beating();
    await followSources(db.pool, now + 200 * second, 0);
    await takeInOwn(db.pool);
    await takeIn([30, 60, 90].map((after) => source.next('chain.heartbeat', now + after * second)));
    await followSources(db.pool, now + 201 * second, now + 200 * second);
    const [alert] = await alertsOf('source-silence', source.source);
    expect(alert).toMatchObject({ status: 'resolved', resolution: 'benign' });
    expect((await historyOf(alert.id))[0].body).toContain('only its delivery was interrupted');
  });

  test('is told in its alert before that was even there', async () => {
    const { source, now } = await beating();
    await followSources(db.pool, now + 200 * second, 0);
    await takeIn([source.next('chain.heartbeat', now + 210 * second)]);
    await followSources(db.pool, now + 211 * second, now + 210 * second);
    expect(await alertsOf('source-silence', source.source)).toEqual([]);
    await takeInOwn(db.pool);
    await followSources(db.pool, now + 212 * second, now + 210 * second);
    expect(await alertsOf('source-silence', source.source)).toMatchObject([{ status: 'resolved' }]);
  });

  test('a person who works on the alert keeps it, and reads that the source is back', async () => {
    const { source, now } = await beating();
    await followSources(db.pool, now + 200 * second, 0);
    await takeInOwn(db.pool);
    const [alert] = await alertsOf('source-silence', source.source);
    await db.pool.query(`UPDATE alert SET status = 'in_progress' WHERE id = $1`, [alert.id]);
    source.restart('e2');
    await takeIn([source.next('chain.epoch', now + 210 * second)]);
    await followSources(db.pool, now + 211 * second, now + 210 * second);
    expect(await alertsOf('source-silence', source.source)).toMatchObject([{ status: 'in_progress' }]);
    expect(await historyOf(alert.id)).toMatchObject([{ actor: 'system', kind: 'comment' }]);
  });
});

describe('a source is not silent', () => {
  const silentLater = async (source: ChainedSource, now: number) => {
    await followSources(db.pool, now + 3600 * second, 0);
    await takeInOwn(db.pool);
    return alertsOf('source-silence', source.source);
  };

  test('that never sent a heartbeat', async () => {
    const source = new ChainedSource();
    await takeIn([source.next('chain.epoch'), source.next(), source.next()]);
    expect(await silentLater(source, Date.now())).toEqual([]);
  });

  test.each(['chain.close', 'lifecycle.close'])('that closed properly: %s', async (type) => {
    const { source, now } = await beating();
    await takeIn([source.next(type, now + second)]);
    expect(await silentLater(source, now)).toEqual([]);
  });

  test('a session’s end is not the end of its sensor', async () => {
    const { source, now } = await beating();
    await takeIn([source.next('lifecycle.close', now + second, { mcp: { session_id: 's1' } })]);
    expect(await silentLater(source, now)).toHaveLength(1);
  });

  test('whose next run sends no heartbeats yet', async () => {
    const { source, now } = await beating();
    source.restart('e2');
    await takeIn([source.next('chain.epoch', now + second)]);
    expect(await silentLater(source, now)).toEqual([]);
  });

  test('while Custody itself was away', async () => {
    const { source, now } = await beating();
    await followSources(db.pool, now + 3600 * second, now + 3590 * second);
    await takeInOwn(db.pool);
    expect(await alertsOf('source-silence', source.source)).toEqual([]);
    await followSources(db.pool, now + 3700 * second, now + 3590 * second);
    await takeInOwn(db.pool);
    expect(await alertsOf('source-silence', source.source)).toHaveLength(1);
  });
});

test('a clock that is moved is noticed, with how much and by which event', async () => {
  const source = new ChainedSource();
  const looks = async (count: number, ahead: number) => {
    for (let n = 0; n < count; n++) {
      const event = source.next('rpc.tools_call', Date.now() + ahead);
      await takeIn([event]);
      await lookAtClocks(db.pool, Date.now());
      await db.pool.query(`UPDATE source_clock SET steady_since = steady_since - interval '20 s' WHERE source = $1`, [
        source.source,
      ]);
    }
    await takeInOwn(db.pool);
    return alertsOf('clock-skew', source.source);
  };
  expect(await looks(4, 0)).toEqual([]);
  expect(await looks(2, 90_000)).toEqual([]);
  const [alert, ...others] = await looks(3, 90_000);
  expect(others).toEqual([]);
  expect(alert).toMatchObject({ status: 'new', summary: expect.stringContaining('was moved forward by about 90 s') });
});
