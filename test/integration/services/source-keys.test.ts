import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { POST as rotateByHttp } from '@/app/api/v1/sources/rotate/route';
import type { Actor } from '@/lib/core/access';
import type { AuditEvent } from '@/lib/core/event/envelope';
import { KeyRegistry } from '@/lib/core/provenance/key-registry';
import { signRotation } from '@/lib/core/provenance/key-rotation';
import { nodeCrypto } from '@/lib/platform/crypto';
import { agreeToChange } from '@/lib/services/agree-to-change';
import type { KeyCaller } from '@/lib/services/caller';
import { enrollSourceKey } from '@/lib/services/enroll-source-key';
import { ingestMessages } from '@/lib/services/ingest';
import { keyWatch } from '@/lib/services/key-watch';
import { processObserverKey } from '@/lib/services/observer';
import { enrollObserverKey } from '@/lib/services/observer-key';
import { requestChange } from '@/lib/services/request-change';
import { graceMs, retireReplacedKeys } from '@/lib/services/retire-source-keys';
import { rotateSourceKey } from '@/lib/services/rotate-source-key';
import { fsck } from '@/lib/store/fsck/fsck';
import { Findings } from '@/lib/store/fsck/report';
import { KeyStandings } from '@/lib/store/fsck/standing';
import { readSourceKey } from '@/lib/store/source-keys';
import { bearer, post } from '@/test/support/api';
import { newSigner } from '@/test/support/enroll';
import { jsonBytes, madeEvent } from '@/test/support/events';
import { auditOf, madeUser } from '@/test/support/made';
import { testDatabase } from '@/test/support/postgres';
import { SigningSource } from '@/test/support/stored-log';

const db = testDatabase();
let ann: Actor;
let ben: Actor;
const program: KeyCaller = { keyId: randomUUID(), keyName: 'sensor', keyScopes: ['source:enroll'] };
beforeAll(async () => {
  ann = await madeUser(db.pool, 'admin');
  ben = await madeUser(db.pool, 'responder');
});

const newSource = () => `urn:mcp:src:test:tap:${randomUUID()}`;
type Signer = ReturnType<typeof newSigner>;
const enroll = (source: string, { publicKey }: Pick<Signer, 'publicKey'>, caller: Actor | KeyCaller = program) =>
  enrollSourceKey(caller, { source, publicKey: Buffer.from(publicKey).toString('base64') });
const rotation = (source: string, from: Signer, to: Signer) =>
  signRotation(
    { source, oldKid: from.kid, newKid: to.kid, newPublicKey: to.publicKey, issuedAt: new Date().toISOString() },
    from.sign,
    to.sign,
  );
/** Both people agree. */
async function decide(payload: Record<string, unknown>) {
  const { id } = await requestChange(ann, { kind: 'key_revocation', payload, reason: 'Laptop lost' });
  return agreeToChange(ben, { id });
}
const send = async (...events: AuditEvent[]) =>
  (
    await ingestMessages(
      events.map((event, i) => ({ bytes: jsonBytes(event), headers: {}, position: BigInt(i), refusal: null })),
      'http',
    )
  ).map(({ outcome, refusal }) => refusal?.reason ?? outcome);
const stored = async (source: string) =>
  (await db.pool.query('SELECT id, kid, registry::int FROM event WHERE source = $1 ORDER BY sequence', [source])).rows;
const ownEvents = async (about: string) =>
  (
    await db.pool.query<{ type: string; data: string }>(
      'SELECT type, data FROM own_event WHERE subject = $1 ORDER BY place',
      [about],
    )
  ).rows.map(({ type, data }) => ({ type, ...JSON.parse(data).key }));

/** The registry as an auditor reads it: out of the console's log alone. */
async function registry(): Promise<KeyRegistry> {
  const { rows } = await db.pool.query<{ index: number; body: string }>(
    `SELECT log_index::int AS index, body FROM audit_entry WHERE action LIKE 'source_key.%'`,
  );
  return new KeyRegistry(
    nodeCrypto,
    rows.map(({ index, body }) => ({ index, body: JSON.parse(body) })),
  );
}

describe('the registry', () => {
  test('is whole in the console’s log, says what the table says, and each signed event names its place in it', async () => {
    const [first, second] = [new SigningSource(), new SigningSource()];
    await first.enroll(db.pool);
    expect(await send(...first.events(2))).toEqual(['accepted', 'accepted']);
    await enroll(newSource(), newSigner(), ann);
    await second.enroll(db.pool);
    expect(await send(...second.events(1), ...first.events(1))).toEqual(['accepted', 'accepted']);
    await decide({ kid: first.kid });
    expect(await send(...first.events(1))).toEqual(['revoked_key']);

    const { keys, problems, size, wholeTo } = await registry();
    expect(problems).toEqual([]);
    expect(wholeTo).toBe(size);
    const { rows } = await db.pool.query('SELECT * FROM source_key');
    expect(rows).toHaveLength(keys.size);
    for (const row of rows) {
      expect(keys.get(row.kid)).toMatchObject({
        source: row.source,
        added: { index: Number(row.added_index) },
        revoked: row.revoked_index === null ? null : { index: Number(row.revoked_index) },
      });
    }
    const auditor = await registry();
    for (const { source, kid } of [first, second]) {
      for (const event of await stored(source)) {
        expect(event.kid).toBe(kid);
        const question = { kid, source, position: event.registry, provedAt: null };
        expect(auditor.standing(question)).toBe('valid');
        expect(event.registry).toBeGreaterThan(keys.get(kid)?.added.index as number);
      }
    }
    const [early, , late] = await stored(first.source);
    expect(late.registry).toBeGreaterThan(early.registry);
  });

  test('stays whole when many change keys at once', async () => {
    await Promise.all(Array.from({ length: 12 }, () => enroll(newSource(), newSigner())));
    const { problems, wholeTo, size } = await registry();
    expect([problems, wholeTo]).toEqual([[], size]);
  });
});

describe('rotation', () => {
  test('puts the new key in the place of the old, which stays in force for a day', async () => {
    const [source, from, to] = [newSource(), newSigner(), newSigner()];
    await enroll(source, from);
    const signed = rotation(source, from, to);
    const answer = { source, kid: to.kid, replaces: from.kid };
    expect(await rotateSourceKey(program, signed)).toEqual(answer);
    expect(await rotateSourceKey(program, signed)).toEqual(answer);
    expect(await auditOf(db.pool, `source_key:${from.kid}`)).toHaveLength(2);
    expect((await readSourceKey(db.pool, from.kid))?.replacedBy).toBe(to.kid);
    expect(await ownEvents(to.kid)).toMatchObject([
      { type: 'mcp.audit.key.rotated.v1', by: 'api_key', replaces: from.kid, same_hand: true },
    ]);

    expect(await retireReplacedKeys(db.pool, Date.now())).toBe(0);
    expect(await retireReplacedKeys(db.pool, Date.now() + graceMs + 1000)).toBe(1);
    expect(await retireReplacedKeys(db.pool, Date.now() + graceMs + 1000)).toBe(0);
    const read = await registry();
    expect(read.problems).toEqual([]);
    expect(read.keys.get(from.kid)).toMatchObject({ replacedBy: { kid: to.kid }, revoked: { by: 'system' } });
    expect(read.keys.get(to.kid)).toMatchObject({ replaces: from.kid, revoked: null });
    await expect(rotateSourceKey(program, rotation(source, from, newSigner()))).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('was replaced by'),
    });
  });

  test('is refused in words where either signature is wrong, and nothing changes', async () => {
    const [source, from, to, other] = [newSource(), newSigner(), newSigner(), newSigner()];
    await enroll(source, from);
    const good = rotation(source, from, to);
    const swapped = { ...good, old_signature: good.new_signature, new_signature: good.old_signature };
    await expect(rotateSourceKey(program, swapped)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining("the old key's signature"),
    });
    const stolen = { ...good, old_signature: rotation(source, other, to).old_signature };
    await expect(rotateSourceKey(program, stolen)).rejects.toMatchObject({ code: 'invalid' });
    await expect(rotateSourceKey(program, { ...good, old_signature: '' })).rejects.toMatchObject({ code: 'invalid' });
    await expect(rotateSourceKey(program, rotation(newSource(), from, to))).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(rotateSourceKey(program, rotation(source, other, to))).rejects.toMatchObject({ code: 'not_found' });
    await expect(
      rotateSourceKey(program, { statement: good.statement, new_signature: good.new_signature } as typeof good),
    ).rejects.toMatchObject({ code: 'invalid', fields: { old_signature: expect.any(String) } });
    expect(await readSourceKey(db.pool, to.kid)).toBeNull();
    expect((await readSourceKey(db.pool, from.kid))?.replacedBy).toBeNull();
  });

  test('goes by HTTP with an API key that may enroll', async () => {
    const [source, from, to] = [newSource(), newSigner(), newSigner()];
    await enroll(source, from);
    const request = async (scope: 'source:enroll' | 'events:write', body: unknown) => {
      const authorization = await bearer(db.pool, scope);
      return rotateByHttp(post('/api/v1/sources/rotate', body, { authorization }), {});
    };
    const signed = rotation(source, from, to);
    expect((await request('events:write', signed)).status).toBe(403);
    const wrong = await request('source:enroll', { ...signed, new_signature: 'e30..AAAA' });
    expect([wrong.status, (await wrong.json()).error.message]).toEqual([400, expect.stringContaining('new key')]);
    expect((await request('source:enroll', { rotation: 1 })).status).toBe(400);
    const done = await request('source:enroll', signed);
    expect([done.status, await done.json()]).toEqual([200, { source, kid: to.kid, replaces: from.kid }]);
    expect((await ownEvents(to.kid))[0]?.same_hand).toBe(false);
  });
});

describe('revocation', () => {
  test('takes two people, and is on record with both', async () => {
    const [source, key] = [newSource(), newSigner()];
    await enroll(source, key);
    const { id } = await requestChange(ann, {
      kind: 'key_revocation',
      payload: { kid: key.kid },
      reason: 'Laptop lost',
    });
    await expect(agreeToChange(ann, { id })).rejects.toMatchObject({ code: 'conflict' });
    expect((await readSourceKey(db.pool, key.kid))?.revokedAt).toBeNull();
    expect(await agreeToChange(ben, { id })).toMatchObject({ executed: true, result: { source, revoked: [key.kid] } });
    expect((await auditOf(db.pool, `source_key:${key.kid}`)).at(-1)).toMatchObject({
      actor: `${ann.email}, ${ben.email}`,
      role: 'two_people',
      action: 'source_key.revoke',
    });
    expect((await ownEvents(key.kid)).at(-1)).toMatchObject({ type: 'mcp.audit.key.revoked.v1', by: 'person' });
    await expect(decide({ kid: key.kid })).rejects.toMatchObject({ code: 'conflict' });
    await expect(enroll(source, key, ann)).rejects.toMatchObject({ code: 'conflict' });
  });

  test('of a compromised key takes those along that were put in its place since', async () => {
    const [source, first, second, third] = [newSource(), newSigner(), newSigner(), newSigner()];
    await enroll(source, first);
    const since = new Date().toISOString();
    await rotateSourceKey(program, rotation(source, first, second));
    await rotateSourceKey(program, rotation(source, second, third));
    const { result } = await decide({ kid: first.kid, compromised_since: since });
    expect(result).toEqual({ source, revoked: [first.kid, second.kid, third.kid] });
    const read = await registry();
    expect(read.problems).toEqual([]);
    for (const { kid } of [first, second, third]) {
      expect(read.keys.get(kid)?.revoked?.compromisedSince).toBe(since);
      expect(
        read.standing({ kid, source, position: read.keys.get(kid)?.revoked?.index as number, provedAt: null }),
      ).toBe('compromised');
    }
  });

  test('can come to know later, or earlier, since when others held a key; not from a time to come', async () => {
    const [source, key] = [newSource(), newSigner()];
    await enroll(source, key);
    const at = (ago: number) => new Date(Date.now() - ago).toISOString();
    await expect(decide({ kid: key.kid, compromised_since: at(-60_000) })).rejects.toMatchObject({ code: 'invalid' });
    await decide({ kid: key.kid });
    await decide({ kid: key.kid, compromised_since: at(3_000) });
    const earlier = at(90_000);
    await decide({ kid: key.kid, compromised_since: earlier });
    await expect(decide({ kid: key.kid, compromised_since: at(1_000) })).rejects.toMatchObject({ code: 'conflict' });
    const read = await registry();
    expect([read.problems, read.wholeTo]).toEqual([[], read.size]);
    expect(read.keys.get(key.kid)?.revoked?.compromisedSince).toBe(earlier);
    const row = await readSourceKey(db.pool, key.kid);
    expect([row?.compromisedSince?.toISOString(), row?.revokedIndex]).toEqual([
      earlier,
      read.keys.get(key.kid)?.revoked?.index,
    ]);
  });
});

describe('a source without a key in force', () => {
  test('stays bound to sign until two people release it; a new key binds it again', async () => {
    const [source, key] = [newSource(), newSigner()];
    const unsigned = () => send(madeEvent({ source }));
    expect(await unsigned()).toEqual(['accepted']);
    await enroll(source, key, ann);
    expect(await unsigned()).toEqual(['signature_missing']);
    await expect(decide({ release: source })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('has a key in force'),
    });
    await decide({ kid: key.kid });
    expect(await unsigned()).toEqual(['signature_missing']);
    expect(await decide({ release: source })).toMatchObject({ executed: true, result: { source, released: true } });
    expect(await unsigned()).toEqual(['accepted']);
    await expect(decide({ release: source })).rejects.toMatchObject({ code: 'not_found' });
    expect((await auditOf(db.pool, `source:${source}`))[0]).toMatchObject({ action: 'source_key.release' });
    await enroll(source, newSigner(), ann);
    expect(await unsigned()).toEqual(['signature_missing']);
    const read = await registry();
    expect([read.problems, read.wholeTo]).toEqual([[], read.size]);
  });
});

describe('names of this installation', () => {
  test('are nobody else’s to enroll or to rotate', async () => {
    await expect(enroll('urn:custody:self', newSigner(), ann)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('installation’s own'),
    });
    const [from, to] = [newSigner(), newSigner()];
    for (const source of ['urn:custody:self', 'urn:custody:console', 'URN:Custody:x']) {
      expect(await send(madeEvent({ source }))).toEqual(['signature_missing']);
    }
    await expect(decide({ release: 'urn:custody:self' })).rejects.toMatchObject({ code: 'invalid' });
    await expect(rotateSourceKey(program, rotation('urn:custody:self', from, to))).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('fsck', () => {
  test('finds nothing in all of this, and names an event that was judged by a key that was not in force there', async () => {
    await enrollObserverKey(db.pool, processObserverKey());
    const { publicKey } = newSigner();
    const { findings } = await fsck(db.pool, { logPublicKey: publicKey });
    expect(findings.filter(({ what }) => what === 'state' || what === 'signature')).toEqual([]);
    const { rows } = await db.pool.query(
      `SELECT kid, source, added_index::int AS added, revoked_index::int AS revoked FROM source_key
       WHERE revoked_at IS NOT NULL AND compromised_since IS NULL LIMIT 1`,
    );
    const [{ kid, source, added, revoked }] = rows;
    const client = await db.pool.connect();
    try {
      const standings = new KeyStandings(client, new Findings());
      const complaint = (registry: number) =>
        standings.complaint({ v: 1, id: randomUUID(), source, event_hash: '', recorded_at: '', kid, registry });
      expect(await complaint(added + 1)).toBeNull();
      expect(await complaint(added)).toContain('added only afterwards');
      expect(await complaint(revoked)).toBeNull();
      expect(await complaint(revoked + 1)).toContain('taken out of force before');
      expect(await complaint(1_000_000)).toContain('which the console’s log does not have');
    } finally {
      client.release();
    }
  });
});

describe('keys that somebody put into the database past the console’s log', () => {
  test('are told once, and those that came the right way are not', async () => {
    const look = keyWatch(db.pool);
    await look();
    const before = (await db.pool.query('SELECT count(*)::int AS n FROM own_event')).rows[0].n;
    const [source, honest, forged] = [newSource(), newSigner(), newSigner()];
    await enroll(source, honest);
    await look();
    await db.pool.query(
      `INSERT INTO source_key (kid, public_key, source, added_by, added_index, newest_index) VALUES ($1, $2, $3, $4, 0, 0)`,
      [forged.kid, Buffer.from(forged.publicKey), source, ann.email],
    );
    await look();
    await look();
    expect(await ownEvents(forged.kid)).toMatchObject([{ by: 'unrecorded', source, kid: forged.kid }]);
    expect((await db.pool.query('SELECT count(*)::int AS n FROM own_event')).rows[0].n).toBe(before + 2);

    await decide({ kid: honest.kid });
    await look();
    expect((await ownEvents(honest.kid)).map(({ by }) => by)).toEqual(['api_key', 'person']);
    await db.pool.query('UPDATE source_key SET revoked_at = NULL, revoked_index = NULL WHERE kid = $1', [honest.kid]);
    await look();
    expect((await ownEvents(honest.kid)).map(({ by }) => by)).toEqual(['api_key', 'person', 'unrecorded']);
  });
});
