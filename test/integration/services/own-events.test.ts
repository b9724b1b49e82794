import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { AuditEvent } from '@/lib/core/event/envelope';
import { ownSource } from '@/lib/core/event/own';
import { encodeCore } from '@/lib/core/provenance/core';
import { kidOf } from '@/lib/core/provenance/kid';
import { SignatureVerifier } from '@/lib/core/provenance/signature';
import { nodeCrypto, rawPublicKey, sha256, signerOf } from '@/lib/platform/crypto';
import { enrollObserverKey } from '@/lib/services/observer-key';
import { recordOwnEvent, takeInOwnEvents } from '@/lib/services/own-events';
import { transaction } from '@/lib/store/transaction';
import { auditOf } from '@/test/support/made';
import { testDatabase } from '@/test/support/postgres';

const db = testDatabase();
const newKey = () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { sign: signerOf(privateKey), publicKey: rawPublicKey(privateKey) };
};
const key = newKey();
const judge = { fingerprintKey: new Uint8Array(32) };
const takeIn = (with_ = key) => takeInOwnEvents({ pool: db.pool, key: with_, judge });
const record = (n: number) =>
  transaction(
    (tx) => recordOwnEvent(tx, { type: 'chain.silence', subject: `source ${n}`, data: { ext: { n } } }),
    db.pool,
  );
const stored = async () =>
  (
    await db.pool.query<{ body: string; kid: string; assertion: string }>(
      'SELECT body, kid, assertion FROM event WHERE source = $1 ORDER BY sequence',
      [ownSource],
    )
  ).rows.map(({ body, ...row }) => ({ ...row, event: JSON.parse(body) as AuditEvent }));
const waiting = async () => (await db.pool.query('SELECT count(*)::int AS n FROM own_event')).rows[0].n;
const duplicates = async () =>
  (await db.pool.query('SELECT sum(duplicates)::int AS n FROM source_chain WHERE source = $1', [ownSource])).rows[0].n;

describe('what this installation has to say', () => {
  test('waits until the observer key is enrolled, which the first start does once, by system', async () => {
    await enrollObserverKey(db.pool, key);
    await enrollObserverKey(db.pool, key);
    const kid = kidOf(sha256, key.publicKey);
    const entries = await auditOf(db.pool, `source_key:${kid}`);
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({ actor: 'system', action: 'source_key.enroll' });
    await takeIn();
    const [first] = await stored();
    expect(first).toMatchObject({ kid, assertion: 'producer_signed' });
    expect(first?.event).toMatchObject({
      type: 'mcp.audit.key.added.v1',
      sequence: '0'.repeat(20),
      data: { key: { kid, source: ownSource, by: 'system', had_keys: false } },
    });
  });

  test('becomes signed events of one chain, each once', async () => {
    for (let n = 0; n < 7; n++) await record(n);
    await Promise.all([takeIn(), takeIn(), takeIn()]);
    await takeIn();
    expect(await waiting()).toBe(0);
    const events = (await stored()).map(({ event }) => event);
    expect(events.slice(1).map(({ subject }) => subject)).toEqual([0, 1, 2, 3, 4, 5, 6].map((n) => `source ${n}`));
    const verifier = new SignatureVerifier(nodeCrypto);
    for (const [i, event] of events.entries()) {
      expect(verifier.verify(event, key.publicKey)).toEqual({ ok: true });
      expect(event.prevhash).toBe(
        i === 0 ? undefined : Buffer.from(sha256(encodeCore(events[i - 1] as AuditEvent))).toString('hex'),
      );
    }
  });

  test('is not doubled by a worker that died after taking it in', async () => {
    const before = (await stored()).length;
    await record(100);
    await db.pool.query(
      `CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'died'; END $$;
       CREATE TRIGGER die BEFORE DELETE ON own_event FOR EACH STATEMENT EXECUTE FUNCTION die()`,
    );
    await expect(takeIn()).rejects.toThrow('died');
    expect(await waiting()).toBe(1);
    await db.pool.query('DROP FUNCTION die() CASCADE');
    await takeIn();
    expect(await waiting()).toBe(0);
    expect((await stored()).length).toBe(before + 1);
    expect(await duplicates()).toBe(0);
  });

  test('waits where it is refused, and is signed anew with the key that is enrolled', async () => {
    const before = (await stored()).length;
    await record(200);
    const other = newKey();
    await expect(takeIn(other)).rejects.toThrow(/1 own events were refused: No key .* is enrolled/);
    expect(await waiting()).toBe(1);
    await takeIn();
    expect((await stored()).length).toBe(before + 1);
    expect((await db.pool.query('SELECT count(*)::int AS n FROM dead_letter')).rows[0].n).toBe(0);
    expect((await db.pool.query('SELECT count(*)::int AS n FROM chain_gap')).rows[0].n).toBe(0);
  });

  test('is taken in also when it waited longer than events may, and says since when', async () => {
    const { id } = await record(250);
    const old = new Date(Date.now() - 60 * 86_400_000).toISOString();
    await db.pool.query('UPDATE own_event SET time = $2 WHERE id = $1', [id, old]);
    await takeIn();
    expect(await waiting()).toBe(0);
    const { event } = (await stored()).at(-1) as { event: AuditEvent };
    expect(event).toMatchObject({ id, data: { ext: { n: 250, noted_at: old } } });
    expect(Date.now() - Date.parse(event.time)).toBeLessThan(60_000);
  });

  test('is gone with the change that it is about', async () => {
    const failing = transaction(async (tx) => {
      await recordOwnEvent(tx, { type: 'erasure', data: {} });
      throw new Error('no');
    }, db.pool);
    await expect(failing).rejects.toThrow('no');
    expect(await waiting()).toBe(0);
  });

  test('must be an event', async () => {
    const wrong = { phase: 'never' } as unknown as AuditEvent['data'];
    await expect(transaction((tx) => recordOwnEvent(tx, { type: 'erasure', data: wrong }), db.pool)).rejects.toThrow(
      /no event to record: .*phase/,
    );
  });

  test('carries a signature that node:crypto verifies by itself', async () => {
    await record(300);
    await takeIn();
    const event = (await stored()).at(-1)?.event as AuditEvent;
    const [header = '', , signature = ''] = (event.sig as string).split('.');
    const { sig: _, ...rest } = event;
    const input = `${header}.${Buffer.from(encodeCore(rest)).toString('base64url')}`;
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key.publicKey).toString('base64url') };
    const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
    expect(verify(null, Buffer.from(input), publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
  });
});
