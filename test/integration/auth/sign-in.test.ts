import { afterAll, beforeAll, expect, test } from 'vitest';
import { actorFromCookie } from '@/lib/auth/session';
import { hashPassword } from '@/lib/services/password';
import { signInWithPassword } from '@/lib/services/sign-in';
import { Browser, startAuthServer } from '../../support/auth-server';
import { auditOf, madeUser } from '../../support/made';
import { testDatabase } from '../../support/postgres';

const db = testDatabase();
const origin = 'http://127.0.0.1:21503';
let web: Awaited<ReturnType<typeof startAuthServer>>;
beforeAll(async () => {
  process.env.NEXTAUTH_URL = origin;
  web = await startAuthServer(21503);
});
afterAll(() => web.stop());

const password = 'the right password';
const person = async () => madeUser(db.pool, 'analyst', await hashPassword(password));

async function signIn(email: string, typed: string, csrf?: string) {
  const browser = new Browser();
  const { csrfToken } = JSON.parse((await browser.go(`${origin}/api/auth/csrf`)).text);
  const page = await browser.go(`${origin}/api/auth/callback/password`, {
    csrfToken: csrf ?? csrfToken,
    email,
    password: typed,
  });
  return { page, browser, cookie: browser.cookie(origin, 'custody.session') };
}

test('the right password gives a session that holds no more than an id, and both outcomes are on record', async () => {
  const user = await person();
  expect((await signIn(user.email, 'the wrong password')).cookie).toBeUndefined();
  const { cookie, browser } = await signIn(user.email.toUpperCase(), password);
  expect(await actorFromCookie(cookie)).toEqual(user);
  const session = JSON.parse((await browser.go(`${origin}/api/auth/session`)).text);
  expect(session.user).toEqual(user);
  expect((await auditOf(db.pool, `user:${user.email}`)).map((entry) => entry.action)).toEqual([
    'user.signin_refused',
    'user.signin',
  ]);
});

test('role and standing are read each time: a disabled user and a new password end the session at once', async () => {
  const user = await person();
  const { cookie, browser } = await signIn(user.email, password);
  await db.pool.query(`UPDATE app_user SET role = 'viewer' WHERE id = $1`, [user.id]);
  expect(await actorFromCookie(cookie)).toMatchObject({ role: 'viewer' });
  await db.pool.query('UPDATE app_user SET disabled = true WHERE id = $1', [user.id]);
  expect(await actorFromCookie(cookie)).toBeNull();
  expect(JSON.parse((await browser.go(`${origin}/api/auth/session`)).text).user).toBeUndefined();
  await db.pool.query('UPDATE app_user SET disabled = false, password_hash = $2 WHERE id = $1', [
    user.id,
    await hashPassword('another password'),
  ]);
  expect(await actorFromCookie(cookie)).toBeNull();
});

test('a session that was not sealed here, or was changed, is nobody', async () => {
  const { cookie = '' } = await signIn((await person()).email, password);
  const middle = Math.floor(cookie.length / 2);
  const changed = cookie.slice(0, middle) + (cookie[middle] === 'A' ? 'B' : 'A') + cookie.slice(middle + 1);
  for (const value of [undefined, '', 'x', changed]) expect(await actorFromCookie(value)).toBeNull();
});

test('a form from another site, without our token, signs nobody in', async () => {
  const user = await person();
  expect((await signIn(user.email, password, 'made up')).cookie).toBeUndefined();
  expect(await auditOf(db.pool, `user:${user.email}`)).toEqual([]);
});

test('the page to go back to is always ours', async () => {
  const browser = new Browser();
  const { csrfToken } = JSON.parse((await browser.go(`${origin}/api/auth/csrf`)).text);
  const { url } = await browser.go(`${origin}/api/auth/callback/password`, {
    csrfToken,
    email: (await person()).email,
    password,
    callbackUrl: 'https://evil.example/',
  });
  expect(new URL(url).origin).toBe(origin);
});

test('unknown, wrong and disabled look the same to whoever asks', async () => {
  const disabled = await person();
  await db.pool.query('UPDATE app_user SET disabled = true WHERE id = $1', [disabled.id]);
  const tries = [
    { email: 'nobody-at-all@example.org', password },
    { email: (await person()).email, password: 'wrong' },
    { email: disabled.email, password },
  ];
  const errors = [];
  for (const attempt of tries) {
    errors.push(
      await signInWithPassword({ ...attempt, address: 'same' }).catch((error) => ({
        ...error,
        message: error.message,
      })),
    );
  }
  expect(errors[0]).toMatchObject({ code: 'unauthenticated' });
  expect(errors[1]).toEqual(errors[0]);
  expect(errors[2]).toEqual(errors[0]);
});

test('guessing is slowed down, also with the right password, and fills no log', async () => {
  const user = await person();
  const guess = (typed: string) =>
    signInWithPassword({ email: user.email, password: typed, address: 'guesser' }).then(
      () => 'in',
      (error) => error.code,
    );
  const codes = [];
  for (let n = 0; n < 9; n++) codes.push(await guess(`guess ${n}`));
  expect(codes).toEqual([...Array(6).fill('unauthenticated'), ...Array(3).fill('rate_limited')]);
  expect(await guess(password)).toBe('rate_limited');
  expect(await auditOf(db.pool, `user:${user.email}`)).toHaveLength(6);
});
