import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { AuditEvent } from '@/lib/core/event/envelope';
import type { ProofFile } from '@/lib/core/provenance/proof-file';
import { verifyInBrowser } from '@/lib/core/provenance/verify-in-browser';
import { rawPublicKey, signerOf } from '@/lib/platform/crypto';
import type { LogKey } from '@/lib/platform/keys';
import { processObserverKey } from '@/lib/services/observer';
import { enrollObserverKey } from '@/lib/services/observer-key';
import { takeInOwnEvents } from '@/lib/services/own-events';
import { fsck } from '@/lib/store/fsck/fsck';
import { ensureLog, loadLogState } from '@/lib/store/log';
import { proofForEvent } from '@/lib/store/proof';
import { signGrownLogs } from '@/lib/worker/checkpoint';
import { applyRetention } from '@/lib/worker/retention';
import { madeDeadLetter } from '../../support/made';
import { testDatabase } from '../../support/postgres';
import { SigningSource, storeEvents } from '../../support/stored-log';

const { privateKey } = generateKeyPairSync('ed25519');
const key: LogKey = { sign: signerOf(privateKey), publicKey: rawPublicKey(privateKey) };
const day = 86_400_000;
const now = new Date();
const dayOf = (back: number) => new Date(now.getTime() - back * day).toISOString().slice(0, 10);

const db = testDatabase();
const source = new SigningSource();

const keepFor = (days: number | null) =>
  db.pool.query(
    `INSERT INTO retention_setting (days, changed_by) VALUES ($1, 'a test') ON CONFLICT (one) DO UPDATE SET days = excluded.days`,
    [days],
  );
const count = async (table: string, where = 'true') =>
  Number((await db.pool.query(`SELECT count(*) FROM ${table} WHERE ${where}`)).rows[0].count);

/** Events whose time lies that many days back, at the end of the HTTP log. */
async function storedAt(back: number, many: number): Promise<AuditEvent[]> {
  const events = source.events(many, new Date(now.getTime() - back * day));
  await storeEvents(db.pool, events);
  return events;
}

let held: AuditEvent;
beforeAll(async () => {
  await source.enroll(db.pool);
  await storedAt(10, 300);
  held = (await storedAt(9, 20))[7] as AuditEvent;
  await storedAt(0, 50);
  // Late ones: the day's entries are no one stretch of the log.
  await storedAt(10, 5);
  await signGrownLogs(db.pool, key, new Set());
});

describe('retention', () => {
  test('keeps all that there is for ever, unless told otherwise', async () => {
    expect(await applyRetention(db.pool, now)).toEqual([]);
    await keepFor(11);
    expect(await applyRetention(db.pool, now)).toEqual([]);
    expect(await count('event')).toBe(375);
  });

  test('drops whole days, but none that a hold touches, and writes down what it took', async () => {
    const letter = await madeDeadLetter(db.pool);
    await db.pool.query(`UPDATE dead_letter SET received_at = now() - interval '20 days' WHERE id = $1`, [letter]);
    await db.pool.query(
      `INSERT INTO legal_hold (id, server, from_time, to_time, reason, placed_by)
       VALUES (gen_random_uuid(), 'stdio:files', $1::timestamptz, $1::timestamptz + interval '1 ms', 'Case 7', 'a test'),
         (gen_random_uuid(), 'stdio:others', NULL, NULL, 'Case 8', 'a test')`,
      [held.time],
    );
    await keepFor(5);
    const log = await ensureLog(db.pool, { kind: 'http' });
    const dropped = await applyRetention(db.pool, now);
    expect(dropped).toMatchObject([
      {
        day: dayOf(10),
        events: 305,
        ranges: 2,
        logs: [{ origin: log.origin, events: 305, size: 375, root: Buffer.from(log.root).toString('hex') }],
      },
    ]);
    expect(await count('event')).toBe(70);
    const ranges = await db.pool.query(
      'SELECT from_index::int AS from, to_index::int AS to FROM retention_range ORDER BY from_index',
    );
    expect(ranges.rows).toEqual([
      { from: 0, to: 299 },
      { from: 370, to: 374 },
    ]);
    // Those past the last complete tile.
    expect(await count('log_edge')).toBe(44 + 5);
    // Whom it is about nobody knows, so any hold without a time keeps it.
    expect(await count('dead_letter', 'length(bytes) > 0')).toBe(1);
    const own = await db.pool.query<{ data: string }>(`SELECT data FROM own_event WHERE type LIKE '%retention%'`);
    expect(own.rows.map(({ data }) => JSON.parse(data).retention)).toMatchObject([
      { day: dayOf(10), events: 305, ranges: 2, ranges_hash: dropped[0]?.rangesHash, kept_days: 5 },
    ]);
    expect(
      await count('audit_entry', `action = 'retention.drop' AND target = 'retention_drop:${dropped[0]?.id}'`),
    ).toBe(1);
  });

  test('leaves proofs of younger events, checkpoints and appends as they were', async () => {
    const proven = async ({ id }: { id: string }) => {
      const proof = (await proofForEvent(
        db.pool,
        { id },
        { logPublicKey: key.publicKey, withBody: true },
      )) as ProofFile;
      return verifyInBrowser(JSON.parse(JSON.stringify(proof)));
    };
    expect((await proven(held)).verdict).toBe('SIGNED');
    await loadLogState(db.pool, await ensureLog(db.pool, { kind: 'http' }));
    const later = await storedAt(0, 400);
    await signGrownLogs(db.pool, key, new Set());
    for (const event of [held, later[0], later[399]]) {
      const verification = await proven(event as AuditEvent);
      expect(verification).toMatchObject({ verdict: 'SIGNED', checkpoint: { size: 775 } });
    }
  });

  test('is what fsck says of the rows that are gone, and of no others', async () => {
    const sound = await fsck(db.pool, { logPublicKey: key.publicKey });
    expect(sound.findings).toEqual([]);
    expect(sound.pruned).toBe(305);

    const victim = (
      await db.pool.query(`SELECT log_index::int AS at FROM event WHERE time > now() - interval '1 day' LIMIT 1`)
    ).rows[0].at;
    const client = await db.pool.connect();
    await client.query(`SET session_replication_role = replica`);
    await client.query('DELETE FROM event WHERE log_index = $1', [victim]);
    const missing = await fsck(db.pool, { logPublicKey: key.publicKey });
    expect(missing.findings).toContainEqual(
      expect.objectContaining({ what: 'missing', where: `event index ${victim}` }),
    );
    // Whoever writes a record of their own has no entry in the console's log.
    await client.query(
      `INSERT INTO retention_range (log_id, from_index, to_index, drop_id) SELECT log_id, $1, $1, drop_id FROM retention_range LIMIT 1`,
      [victim],
    );
    const forged = await fsck(db.pool, { logPublicKey: key.publicKey });
    expect(forged.findings).toContainEqual(expect.objectContaining({ what: 'retention' }));
    expect(forged.findings).toContainEqual(expect.objectContaining({ what: 'missing' }));
    client.release(true);
  });

  test('is said by a signed event with all of it', async () => {
    await enrollObserverKey(db.pool, processObserverKey());
    await takeInOwnEvents({ pool: db.pool, key: processObserverKey(), judge: { fingerprintKey: new Uint8Array(32) } });
    const { rows } = await db.pool.query(`SELECT body FROM event WHERE type = 'mcp.audit.retention.pruned.v1'`);
    const { retention } = JSON.parse(rows[0].body).data;
    const [drop] = (await db.pool.query('SELECT id FROM retention_drop WHERE events > 0')).rows;
    expect(retention).toMatchObject({ drop: drop.id, day: dayOf(10), events: 305, kept_days: 5, ranges: 2 });
    expect(retention.ranges_hash).toMatch(/^[0-9a-f]{64}$/);
    expect(retention.logs).toEqual([
      { origin: expect.any(String), events: 305, size: 375, root: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
  });

  test('drops the held day when the hold is released', async () => {
    await db.pool.query(`UPDATE legal_hold SET released_at = now(), released_by = 'a, b'`);
    expect(await applyRetention(db.pool, now)).toMatchObject([{ day: dayOf(9), events: 20 }]);
    expect(await applyRetention(db.pool, now)).toEqual([]);
    expect(await count('dead_letter', `length(bytes) > 0 OR decided_by <> 'retention'`)).toBe(0);
  });
});
