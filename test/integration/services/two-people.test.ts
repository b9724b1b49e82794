import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Actor } from '@/lib/core/access';
import { agreeToChange } from '@/lib/services/agree-to-change';
import { commandLine } from '@/lib/services/caller';
import { placeHold } from '@/lib/services/place-hold';
import { refuseChange } from '@/lib/services/refuse-change';
import { requestChange } from '@/lib/services/request-change';
import { lengthenRetention } from '@/lib/services/set-retention';
import { updateUser } from '@/lib/services/update-user';
import { withdrawChange } from '@/lib/services/withdraw-change';
import { listChangeRequests, waitingFor } from '@/lib/store/change-requests';
import { listHolds } from '@/lib/store/legal-holds';
import { findPerson } from '@/lib/store/people';
import { readRetention } from '@/lib/store/retention';
import { subjectsOf } from '@/lib/store/subjects';
import { closeExpiredRequests } from '@/lib/worker/expired-requests';
import { auditOf, madeDeadLetter, madeEvent, madeUser } from '../../support/made';
import { testDatabase } from '../../support/postgres';

const db = testDatabase();
let [one, two, auditor, admin] = [] as unknown as [Actor, Actor, Actor, Actor];

beforeEach(async () => {
  [one, two] = [await madeUser(db.pool, 'responder'), await madeUser(db.pool, 'responder')];
  [auditor, admin] = [await madeUser(db.pool, 'auditor'), await madeUser(db.pool, 'admin')];
});

const reason = 'They asked for it';
async function madePerson(name = `${randomUUID()}@example.com`): Promise<{ id: string; name: string }> {
  const found = (await subjectsOf(db.pool, [name])).get(name);
  return { id: found?.id as string, name };
}
const askToErase = async (who: Actor, subject: string, why = reason) =>
  requestChange(who, { kind: 'erasure', payload: { subject, basis: 'consent_withdrawn' }, reason: why });
const stateOf = async (id: string) => (await listChangeRequests()).find((request) => request.id === id);

describe('an erasure', () => {
  test('is carried out when two different people agreed, and leaves neither name nor key', async () => {
    const { id: subject, name } = await madePerson();
    const letter = await madeDeadLetter(db.pool, `{"data":{"actor":{"id":"${name.toUpperCase()}"}`);
    const { id, agreed } = await askToErase(one, subject, `${name} asked us to`);
    expect(agreed).toBe(true);
    expect(await waitingFor(one.id)).not.toContain('erasure');
    expect(await waitingFor(two.id)).toContain('erasure');
    await expect(agreeToChange(one, { id })).rejects.toMatchObject({ code: 'conflict' });
    expect((await findPerson(db.pool, subject))?.name).toBe(name);

    expect(await agreeToChange(two, { id })).toMatchObject({ executed: true, result: { subject, deadLetters: 1 } });
    expect(await findPerson(db.pool, subject)).toMatchObject({ name: null });
    expect(await stateOf(id)).toMatchObject({
      status: 'executed',
      reason: `${subject} asked us to`,
      closedBy: two.email,
      agreements: [{ name: one.email }, { name: two.email }],
    });
    const kept = await db.pool.query('SELECT length(bytes) AS bytes FROM dead_letter WHERE id = $1', [letter]);
    expect(kept.rows).toEqual([{ bytes: 0 }]);

    const [entry] = await auditOf(db.pool, `subject:${subject}`);
    expect(entry).toMatchObject({ actor: `${one.email}, ${two.email}`, role: 'two_people', action: 'subject.erase' });
    expect((await auditOf(db.pool, `change_request:${id}`)).map(({ actor, action }) => [actor, action])).toEqual([
      [one.email, 'change_request.create'],
      [two.email, 'change_request.agree'],
    ]);
    const said = await db.pool.query(`SELECT type, subject, data FROM own_event WHERE subject = $1`, [subject]);
    expect(said.rows).toHaveLength(1);
    expect(JSON.parse(said.rows[0].data)).toMatchObject({
      erasure: { subject, basis: 'consent_withdrawn', agreed: 2, entry: expect.any(Number) },
    });
    await expect(askToErase(one, subject)).rejects.toMatchObject({ code: 'conflict' });
  });

  test('needs two whose agreement counts: no auditor, no API key, no command line, nobody who lost the role since', async () => {
    const { id: subject } = await madePerson();
    const { id, agreed } = await askToErase(auditor, subject);
    expect(agreed).toBe(false);
    const key = { keyId: 'k', keyName: 'k', keyScopes: ['event:read'] } as const;
    for (const who of [auditor, commandLine, key]) {
      await expect(agreeToChange(who, { id })).rejects.toMatchObject({ code: 'forbidden' });
    }
    expect(await agreeToChange(one, { id })).toMatchObject({ executed: false });
    await db.pool.query(`UPDATE app_user SET role = 'viewer' WHERE id = $1`, [one.id]);
    expect(await agreeToChange(two, { id })).toMatchObject({ executed: false });
    await db.pool.query('UPDATE app_user SET disabled = true WHERE id = $1', [two.id]);
    expect(await agreeToChange(await madeBefore('responder', id), { id })).toMatchObject({ executed: false });
    expect(await agreeToChange(await madeBefore('responder', id), { id })).toMatchObject({ executed: true });
  });

  test('is not agreed to by an account that was made or changed after it was asked for', async () => {
    const { id: subject } = await madePerson();
    const { id } = await askToErase(one, subject);
    await expect(agreeToChange(await madeUser(db.pool, 'responder'), { id })).rejects.toMatchObject({
      code: 'forbidden',
    });
    const other = await madeBefore('viewer', id);
    await updateUser(admin, { id: other.id, role: 'responder' });
    await expect(agreeToChange({ ...other, role: 'responder' }, { id })).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('two who agree at once carry it out once', async () => {
    const { id: subject } = await madePerson();
    const { id } = await askToErase(auditor, subject);
    const third = await madeBefore('responder', id);
    const outcomes = await Promise.allSettled([one, two, third].map((who) => agreeToChange(who, { id })));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(await auditOf(db.pool, `subject:${subject}`)).toHaveLength(1);
  });

  test('is refused while a legal hold touches the person, also one that came after the request', async () => {
    const { id: subject } = await madePerson();
    const { id } = await askToErase(one, subject);
    const event = await madeEvent(db.pool, '{"data":{}}', { actor: subject });
    const holds = [
      await placeHold(one, { subject, reason: 'Case 7' }),
      await placeHold(one, {
        from: event.time,
        to: new Date(Date.parse(event.time) + 1).toISOString(),
        reason: 'Case 8',
      }),
    ];
    await placeHold(one, { server: 'stdio:other', reason: 'Case 9' });
    for (const { id: hold } of holds) {
      await expect(agreeToChange(two, { id })).rejects.toMatchObject({ code: 'conflict' });
      await expect(askToErase(two, subject)).rejects.toMatchObject({ code: 'conflict' });
      const release = await requestChange(one, { kind: 'hold_release', payload: { hold }, reason: 'Closed' });
      expect((await listHolds()).find((one) => one.id === hold)?.releasedAt).toBeNull();
      await agreeToChange(two, { id: release.id });
      expect((await listHolds()).find((one) => one.id === hold)).toMatchObject({
        releasedBy: `${one.email}, ${two.email}`,
      });
    }
    expect(await agreeToChange(two, { id })).toMatchObject({ executed: true });
  });

  /** An account that is older than the request. */
  async function madeBefore(role: Actor['role'], request: string): Promise<Actor> {
    const actor = await madeUser(db.pool, role);
    await db.pool.query(
      `UPDATE app_user SET created_at = (SELECT requested_at FROM change_request WHERE id = $2) - interval '1 s' WHERE id = $1`,
      [actor.id, request],
    );
    return actor;
  }
});

describe('a request', () => {
  test('is refused or taken back, once, and only then asked for again', async () => {
    const { id: subject } = await madePerson();
    const first = await askToErase(one, subject);
    await expect(askToErase(two, subject)).rejects.toMatchObject({ code: 'conflict' });
    await expect(withdrawChange(two, { id: first.id })).rejects.toMatchObject({ code: 'forbidden' });
    await refuseChange(two, { id: first.id, reason: 'Not ours' });
    expect(await stateOf(first.id)).toMatchObject({ status: 'refused', closingReason: 'Not ours' });
    await expect(agreeToChange(two, { id: first.id })).rejects.toMatchObject({ code: 'conflict' });
    const second = await askToErase(one, subject);
    await withdrawChange(one, { id: second.id });
    expect(await stateOf(second.id)).toMatchObject({ status: 'withdrawn' });
  });

  test('waits seven days', async () => {
    const { id: subject } = await madePerson();
    const { id } = await askToErase(one, subject);
    const waiting = (await waitingFor(two.id)).length;
    await db.pool.query(`UPDATE change_request SET expires_at = now() - interval '1 s' WHERE id = $1`, [id]);
    await expect(agreeToChange(two, { id })).rejects.toMatchObject({ code: 'conflict' });
    expect(await waitingFor(two.id)).toHaveLength(waiting - 1);
    await closeExpiredRequests(db.pool);
    expect(await stateOf(id)).toMatchObject({ status: 'expired', closedBy: 'system' });
    expect((await auditOf(db.pool, `change_request:${id}`)).at(-1)).toMatchObject({ action: 'change_request.expire' });
    await askToErase(one, subject);
  });

  test('cannot be marked as executed past the two, by whoever writes to the table', async () => {
    const { id: subject } = await madePerson();
    const { id } = await askToErase(one, subject);
    await expect(
      db.pool.query(`UPDATE change_request SET status = 'executed', closed_at = now() WHERE id = $1`, [id]),
    ).rejects.toThrow(/two people/);
  });
});

test('retention is longer by one, shorter by two', async () => {
  expect((await readRetention()).days).toBeNull();
  const shorter = async (days: number) =>
    requestChange(one, { kind: 'retention', payload: { days }, reason: 'Our policy' });
  await expect(lengthenRetention(one, { days: 30, reason })).rejects.toMatchObject({ code: 'conflict' });
  await agreeToChange(two, { id: (await shorter(90)).id });
  expect((await readRetention()).days).toBe(90);
  await expect(shorter(120)).rejects.toMatchObject({ code: 'conflict' });
  await lengthenRetention(one, { days: 120, reason });
  const stale = await shorter(100);
  await agreeToChange(two, { id: (await shorter(60)).id });
  await expect(agreeToChange(two, { id: stale.id })).rejects.toMatchObject({ code: 'conflict' });
  expect((await readRetention()).days).toBe(60);
  await lengthenRetention(one, { days: null, reason });
  expect((await readRetention()).days).toBeNull();
  expect((await auditOf(db.pool, 'retention')).map(({ action }) => action)).toEqual([
    'retention.shorten',
    'retention.lengthen',
    'retention.shorten',
    'retention.lengthen',
  ]);
});
