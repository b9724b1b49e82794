import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { chainHash } from '@/lib/core/provenance/core';
import { rawPublicKey, sha256 } from '@/lib/platform/crypto';
import { processObserverKey } from '@/lib/services/observer';
import { enrollObserverKey } from '@/lib/services/observer-key';
import { fsck } from '@/lib/store/fsck/fsck';
import { showOtherSides } from '@/lib/worker/chain-sides';
import { ChainedSource } from '@/test/support/chained';
import { madeEvent } from '@/test/support/events';
import { testDatabase } from '@/test/support/postgres';
import { takeIn } from '@/test/support/take-in';

const db = testDatabase();
beforeAll(() => enrollObserverKey(db.pool, processObserverKey()));

/** The findings of a rule about a source, each with what it stands against. */
async function sidesOf(rule: string, source: string): Promise<Record<string, string>> {
  await showOtherSides(db.pool);
  const { rows } = await db.pool.query<{ summary: string; event: string }>(
    `SELECT summary, event_id::text AS event FROM detection JOIN alert ON alert.id = alert_id
     WHERE alert.rule_id = $1 AND starts_with(dedup_key, $1 || '|' || $2 || '|')`,
    [rule, source],
  );
  const sides = rows.filter(({ summary }) => summary.startsWith('The other side of '));
  return Object.fromEntries(sides.map(({ summary, event }) => [summary.split(' ')[4]?.replace(':', ''), event]));
}

/** Fills the log with what others send, so that places in a chain lie far apart. */
const others = new ChainedSource();
const crowd = () => takeIn(Array.from({ length: 150 }, () => others.next()));

test('a fork: both events are stored, and the alert shows both', async () => {
  const source = new ChainedSource();
  const events = Array.from({ length: 200 }, () => source.next());
  await takeIn(events.slice(0, 100));
  await crowd();
  await takeIn(events.slice(100));
  const twin = madeEvent({
    source: source.source,
    chainepoch: 'e1',
    sequence: events[70]?.sequence ?? '',
    prevhash: chainHash(sha256, events[69] as (typeof events)[0]),
  });
  await crowd();
  await takeIn([twin]);
  expect(await sidesOf('source-fork', source.source)).toEqual({ [twin.id]: events[70]?.id });
  const kept = await db.pool.query('SELECT count(*)::int AS n FROM event WHERE source = $1 AND sequence = 70', [
    source.source,
  ]);
  expect(kept.rows[0].n).toBe(2);
});

test('a fork by another predecessor stands against the one that is recorded', async () => {
  const source = new ChainedSource();
  const [first, second] = [source.next(), source.next()];
  source.hash = 'c'.repeat(64);
  const elsewhere = source.next();
  await takeIn([first, second, elsewhere]);
  expect(await sidesOf('source-fork', source.source)).toEqual({ [elsewhere.id]: second.id });
});

test('a gap shows its lower end, what comes late what came before it', async () => {
  const source = new ChainedSource();
  const [first, missing, , after] = [source.next(), source.next(), source.next(), source.next()];
  await takeIn([first, after]);
  expect(await sidesOf('source-gap', source.source)).toEqual({ [after.id]: first.id });
  await takeIn([missing]);
  expect(await sidesOf('late-event', source.source)).toEqual({ [missing.id]: after.id });
});

test('going back, and going on behind what never came, show the newest of the run before', async () => {
  const back = new ChainedSource();
  const old = back.next();
  await takeIn([old]);
  back.hash = undefined;
  const anew = back.restart('e2').next();
  await takeIn([anew]);
  expect(await sidesOf('source-rollback', back.source)).toEqual({ [anew.id]: old.id });

  const cut = new ChainedSource();
  const known = cut.next();
  await takeIn([known]);
  cut.next();
  const on = cut.restart('e2').next();
  await takeIn([on]);
  expect(await sidesOf('truncated-epoch', cut.source)).toEqual({ [on.id]: known.id });
});

test('fsck takes the other sides for what they are', async () => {
  const logPublicKey = rawPublicKey(generateKeyPairSync('ed25519').privateKey);
  expect((await fsck(db.pool, { logPublicKey })).findings).toEqual([]);
});
