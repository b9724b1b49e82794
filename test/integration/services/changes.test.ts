import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Actor } from '@/lib/core/access';
import { assignAlert } from '@/lib/services/assign-alert';
import { changeOwnPassword } from '@/lib/services/change-own-password';
import { commentAlert } from '@/lib/services/comment-alert';
import { createApiKey } from '@/lib/services/create-api-key';
import { createUser } from '@/lib/services/create-user';
import { decideServer } from '@/lib/services/decide-server';
import { discardDeadLetter } from '@/lib/services/discard-dead-letter';
import { enrollSourceKey } from '@/lib/services/enroll-source-key';
import { ensureFirstAdministrator } from '@/lib/services/first-administrator';
import { hashPassword, passwordMatches } from '@/lib/services/password';
import { setAlertStatus } from '@/lib/services/set-alert-status';
import { updateUser } from '@/lib/services/update-user';
import { verb } from '@/lib/services/verb';
import { viewPayload } from '@/lib/services/view-payload';
import { readLogs } from '@/lib/store/log';
import { findUserByEmail } from '@/lib/store/users';
import { auditOf, madeAlert, madeDeadLetter, madeEvent, madeServer, madeUser, newPublicKey } from '../../support/made';
import { testDatabase } from '../../support/postgres';

const db = testDatabase();
let responder: Actor;
let admin: Actor;
beforeAll(async () => {
  responder = await madeUser(db.pool, 'responder');
  admin = await madeUser(db.pool, 'admin');
});

const row = async (sql: string, ...values: unknown[]) => (await db.pool.query(sql, values)).rows[0];
/** How each of several calls at once ended: `ok` or the error's code. */
const outcomes = async (calls: Promise<unknown>[]) =>
  (await Promise.allSettled(calls))
    .map((call) => (call.status === 'fulfilled' ? 'ok' : (call.reason.code as string)))
    .sort();

describe('two people at once', () => {
  test('one status change wins, the other is told, and one entry is left', async () => {
    const id = await madeAlert(db.pool);
    const other = await madeUser(db.pool, 'analyst');
    const calls = [
      setAlertStatus(responder, { id, from: 'new', to: 'in_progress' }),
      setAlertStatus(other, { id, from: 'new', to: 'resolved', resolution: 'benign', reason: 'A test' }),
    ];
    expect(await outcomes(calls)).toEqual(['conflict', 'ok']);
    expect(await auditOf(db.pool, `alert:${id}`)).toHaveLength(1);
    expect((await row('SELECT count(*)::int AS n FROM alert_activity WHERE alert_id = $1', id)).n).toBe(1);
  });

  test('one assignment, one decision and one discard win', async () => {
    const id = await madeAlert(db.pool);
    const key = await madeServer(db.pool);
    const letter = await madeDeadLetter(db.pool);
    const each = [responder, admin];
    expect(await outcomes(each.map((actor) => assignAlert(actor, { id, from: null, to: actor.email })))).toEqual([
      'conflict',
      'ok',
    ]);
    expect(
      await outcomes(
        each.map((actor, n) =>
          decideServer(actor, { key, from: 'unlisted', to: n ? 'approved' : 'denied', reason: 'Reviewed' }),
        ),
      ),
    ).toEqual(['conflict', 'ok']);
    expect(await outcomes(each.map((actor) => discardDeadLetter(actor, { id: letter, reason: 'Noise' })))).toEqual([
      'conflict',
      'ok',
    ]);
    const decided = await row('SELECT decision, decided_by FROM server WHERE key = $1', key);
    const [entry] = await auditOf(db.pool, `server:${key}`);
    expect(entry).toMatchObject({
      actor: decided.decided_by,
      body: { detail: { before: { decision: 'unlisted' }, after: { decision: decided.decision }, reason: 'Reviewed' } },
    });
  });

  test('two administrators cannot remove each other', async () => {
    await db.pool.query(`UPDATE app_user SET disabled = true WHERE role = 'admin'`);
    const [a, b] = [await madeUser(db.pool, 'admin'), await madeUser(db.pool, 'admin')];
    const calls = [updateUser(a, { id: b.id, role: 'viewer' }), updateUser(b, { id: a.id, disabled: true })];
    expect(await outcomes(calls)).toEqual(['conflict', 'ok']);
    expect((await row(`SELECT count(*)::int AS n FROM app_user WHERE role = 'admin' AND NOT disabled`)).n).toBe(1);
    await db.pool.query('UPDATE app_user SET disabled = false WHERE id = $1', [admin.id]);
  });

  test('the console log keeps one place for each of many entries', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => madeAlert(db.pool)));
    await Promise.all(ids.map((id) => commentAlert(responder, { id, body: 'Seen' })));
    const log = (await readLogs(db.pool)).find(({ kind }) => kind === 'console');
    const places = await row('SELECT count(*)::int AS n, max(log_index)::int AS last FROM audit_entry');
    expect(places).toEqual({ n: log?.size, last: (log?.size ?? 0) - 1 });
  });
});

describe('all or nothing', () => {
  test('a change whose audit entry cannot be written is not made', async () => {
    const key = await madeServer(db.pool);
    const broken = verb({
      action: 'server.break',
      scope: 'allowlist:write',
      input: z.object({}),
      async change(tx) {
        await tx.query(`UPDATE server SET decision = 'denied' WHERE key = $1`, [key]);
        return { output: 1, target: null as unknown as string };
      },
    });
    await expect(broken(responder, {})).rejects.toThrow();
    expect((await row('SELECT decision FROM server WHERE key = $1', key)).decision).toBe('unlisted');
  });

  test('no body leaves without its entry', async () => {
    const { id, time, body } = await madeEvent(db.pool);
    expect(await viewPayload(responder, { id })).toEqual({ id, time, body });
    expect(await viewPayload(responder, { id, time })).toMatchObject({ body });
    expect((await auditOf(db.pool, `event:${id}`)).map((entry) => entry.action)).toEqual(
      Array(2).fill('event.payload_viewed'),
    );
    expect(JSON.stringify(await auditOf(db.pool, `event:${id}`))).not.toContain('passwd');
  });
});

describe('alerts', () => {
  test('a step that triage does not know, a reason or a resolution that is missing, and a stale view are refused', async () => {
    const id = await madeAlert(db.pool);
    await expect(setAlertStatus(responder, { id, from: 'new', to: 'new' })).rejects.toMatchObject({ code: 'invalid' });
    await expect(setAlertStatus(responder, { id, from: 'new', to: 'resolved', reason: 'x y' })).rejects.toMatchObject({
      code: 'invalid',
      fields: { resolution: expect.any(String) },
    });
    await expect(setAlertStatus(responder, { id, from: 'resolved', to: 'archived' })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  test('a closed alert is not reopened beside an open one about the same problem', async () => {
    const dedupKey = `same ${Math.random()}`;
    const closed = await madeAlert(db.pool, { status: 'resolved', dedupKey });
    await madeAlert(db.pool, { dedupKey });
    await expect(
      setAlertStatus(responder, { id: closed, from: 'resolved', to: 'in_progress', reason: 'Again' }),
    ).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('open already') });
  });

  test('only someone who may work on alerts is assigned', async () => {
    const id = await madeAlert(db.pool);
    const viewer = await madeUser(db.pool, 'viewer');
    for (const to of [viewer.email, 'nobody@example.org']) {
      await expect(assignAlert(responder, { id, from: null, to })).rejects.toMatchObject({ code: 'invalid' });
    }
  });
});

describe('people', () => {
  test('addresses are one whatever their case, and taken ones are refused', async () => {
    const email = `Ada-${Date.now()}@Example.org`;
    await createUser(admin, { email, name: 'Ada', role: 'viewer', password: 'correct horse battery' });
    const user = await findUserByEmail(email.toLowerCase());
    expect(await passwordMatches(user?.passwordHash ?? null, 'correct horse battery')).toBe(true);
    expect(user?.passwordHash).toMatch(/^\$argon2id\$/);
    await expect(createUser(admin, { email: email.toUpperCase(), name: 'Ada', role: 'viewer' })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(JSON.stringify(await auditOf(db.pool, `user:${email.toLowerCase()}`))).not.toContain('horse');
  });

  test.each(['short', 'aaaaaaaaaaaaaaaa', 'x'.repeat(201)])('the password %j is refused', async (password) => {
    await expect(
      createUser(admin, { email: 'p@example.org', name: 'P', role: 'viewer', password }),
    ).rejects.toMatchObject({ code: 'invalid', fields: { password: expect.any(String) } });
  });

  test('one cannot take administration from oneself, nor change a password without the present one', async () => {
    await madeUser(db.pool, 'admin');
    await expect(updateUser(admin, { id: admin.id, role: 'viewer' })).rejects.toMatchObject({ code: 'conflict' });
    const user = await madeUser(db.pool, 'viewer', await hashPassword('the present one'));
    const password = 'another password';
    await expect(changeOwnPassword(user, { present: 'wrong', password })).rejects.toMatchObject({ code: 'forbidden' });
    await changeOwnPassword(user, { present: 'the present one', password });
    const { password_hash: hash } = await row('SELECT password_hash FROM app_user WHERE id = $1', user.id);
    expect(await passwordMatches(hash, password)).toBe(true);
  });

  test('the first administrator is made once, and not where there is anyone', async () => {
    expect(await ensureFirstAdministrator({ email: undefined, password: undefined })).toBeNull();
    await db.pool.query('DELETE FROM app_user');
    const given = { email: 'Root@example.org', password: undefined };
    const made = await Promise.all([ensureFirstAdministrator(given), ensureFirstAdministrator(given)]);
    expect(made.filter(Boolean)).toHaveLength(1);
    const first = made.find(Boolean);
    expect(first?.email).toBe('root@example.org');
    const user = await findUserByEmail('root@example.org');
    expect(user?.role).toBe('admin');
    expect(await passwordMatches(user?.passwordHash ?? null, first?.password ?? '')).toBe(true);
    responder = await madeUser(db.pool, 'responder');
    admin = await madeUser(db.pool, 'admin');
  });
});

describe('keys', () => {
  test('an API key is kept as its hash alone and lives for a year at most', async () => {
    const { id, key, expiresAt } = await createApiKey(admin, { name: 'ci', scopes: ['events:write'], days: 365 });
    expect(key).toMatch(/^cst_[A-Za-z0-9_-]{43}$/);
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(365 * 86_400_000);
    const stored = JSON.stringify((await db.pool.query('SELECT * FROM api_key WHERE id = $1', [id])).rows);
    expect(stored + JSON.stringify(await auditOf(db.pool, `api_key:${id}`))).not.toContain(key.slice(13));
    for (const days of [0, 366]) {
      await expect(createApiKey(admin, { name: 'ci', scopes: ['events:write'], days })).rejects.toMatchObject({
        code: 'invalid',
      });
    }
  });

  const program = { keyId: 'k', keyName: 'sensor', keyScopes: ['source:enroll'] as const };
  test('a source gets its first key by API key, the next one only from a person', async () => {
    const source = `urn:mcp:src:test:a:${Math.random()}`;
    const publicKey = newPublicKey();
    const first = await enrollSourceKey(program, { source, publicKey });
    expect(await enrollSourceKey(program, { source, publicKey })).toEqual(first);
    expect(await auditOf(db.pool, `source_key:${first.kid}`)).toMatchObject([
      { actor: 'api-key:sensor', role: 'api_key', action: 'source_key.enroll' },
    ]);
    await expect(enrollSourceKey(program, { source, publicKey: newPublicKey() })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await enrollSourceKey(admin, { source, publicKey: newPublicKey() });
  });

  test('a program cannot shut a source out that sends unsigned', async () => {
    const foreign = `urn:mcp:src:default:toolhive:${Math.random()}`;
    const chained = `urn:mcp:src:test:c:${Math.random()}`;
    await db.pool.query(
      `INSERT INTO source_chain (source, epoch, head_sequence, head_hash, head_time) VALUES ($1, 'e', 0, '', now())`,
      [chained],
    );
    for (const source of [foreign, chained]) {
      const wanted = { source, publicKey: newPublicKey() };
      await expect(enrollSourceKey(program, wanted)).rejects.toMatchObject({ code: 'forbidden' });
      expect(await enrollSourceKey(admin, wanted)).toMatchObject({ source });
    }
  });

  test('of two programs that enroll a source at once one wins', async () => {
    const source = `urn:mcp:src:test:b:${Math.random()}`;
    const calls = [1, 2, 3].map(() => enrollSourceKey(program, { source, publicKey: newPublicKey() }));
    expect(await outcomes(calls)).toEqual(['forbidden', 'forbidden', 'ok']);
  });

  test('a key of small order, or of another length, is refused', async () => {
    for (const bytes of [Buffer.alloc(32), Buffer.alloc(31, 7), Buffer.from([1, ...Buffer.alloc(31)])]) {
      await expect(
        enrollSourceKey(program, { source: 'urn:s', publicKey: bytes.toString('base64') }),
      ).rejects.toMatchObject({ code: 'invalid' });
    }
  });
});
