import type { Server } from 'node:http';
import Provider from 'oidc-provider';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { actorFromCookie } from '@/lib/auth/session';
import { Browser, startAuthServer } from '../../support/auth-server';
import { auditOf, madeUser } from '../../support/made';
import { testDatabase } from '../../support/postgres';

const db = testDatabase();
const issuer = 'http://127.0.0.1:21501';
const console_ = 'http://127.0.0.1:21502';

/** What the identity provider says of whoever signs in under this name. */
const people: Record<string, Record<string, unknown>> = {};
let provider: Server;
let web: Awaited<ReturnType<typeof startAuthServer>>;

beforeAll(async () => {
  Object.assign(process.env, {
    NEXTAUTH_URL: console_,
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: 'custody',
    OIDC_CLIENT_SECRET: 'a secret that only the two of them know',
    OIDC_ROLE_MAP: 'soc=responder,staff=viewer',
  });
  const oidc = new Provider(issuer, {
    clients: [
      {
        client_id: 'custody',
        client_secret: process.env.OIDC_CLIENT_SECRET as string,
        redirect_uris: [`${console_}/api/auth/callback/oidc`],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
    cookies: { keys: ['keys of a test'] },
  });
  provider = await new Promise<Server>((resolve) => {
    const server = oidc.listen(21501, '127.0.0.1', () => resolve(server));
  });
  web = await startAuthServer(21502);
});
afterAll(async () => {
  provider.closeAllConnections();
  provider.close();
  await web.stop();
});

/** Goes through the provider's own login and consent pages; answers where it ended and who the console says is there. */
async function signIn(login: string) {
  const browser = new Browser();
  const { csrfToken } = JSON.parse((await browser.go(`${console_}/api/auth/csrf`)).text);
  let page = await browser.go(`${console_}/api/auth/signin/oidc`, { csrfToken, callbackUrl: `${console_}/alerts` });
  for (const form of [{ prompt: 'login', login, password: 'any' }, { prompt: 'consent' }]) {
    const action = /action="([^"]+)"/.exec(page.text)?.[1];
    if (!action) throw new Error(`no form at ${page.url}: ${page.text.slice(0, 300)}`);
    page = await browser.go(new URL(action, page.url).href, form as Record<string, string>);
  }
  return { landed: page.url, actor: await actorFromCookie(browser.cookie(console_, 'custody.session')) };
}

const claims = (email: string, more: Record<string, unknown> = {}) => ({
  email,
  email_verified: true,
  name: 'Ada',
  ...more,
});

test('whoever has a mapped group comes in with its role, and follows it at the next sign-in', async () => {
  people.ada = claims('Ada@example.org', { groups: ['staff', 'soc', '__proto__'] });
  const first = await signIn('ada');
  expect(first.landed).toBe(`${console_}/alerts`);
  expect(first.actor).toMatchObject({ email: 'ada@example.org', name: 'Ada', role: 'responder' });
  people.ada = claims('ada@example.org', { groups: ['staff'] });
  expect((await signIn('ada')).actor).toMatchObject({ id: first.actor?.id, role: 'viewer' });
  const actions = (await auditOf(db.pool, 'user:ada@example.org')).map((entry) => entry.action);
  expect(actions).toEqual(['user.create', 'user.signin', 'user.update', 'user.signin']);
});

test('nobody becomes an administrator by a claim, and an administrator stays one', async () => {
  people.eve = claims('eve@example.org', { groups: ['admin', 'soc'] });
  expect((await signIn('eve')).actor?.role).toBe('responder');
  const admin = await madeUser(db.pool, 'admin');
  people.root = claims(admin.email, { groups: ['staff'] });
  expect((await signIn('root')).actor).toMatchObject({ id: admin.id, role: 'admin' });
});

test.each([
  ['without a role', claims('who@example.org')],
  ['with an unverified address', claims('un@example.org', { groups: ['soc'], email_verified: false })],
  [
    'with an address whose verification nobody claims',
    claims('un2@example.org', { groups: ['soc'], email_verified: undefined }),
  ],
])('whoever comes %s is not let in, and the refusal is on record', async (_, person) => {
  people.other = person;
  const { landed, actor } = await signIn('other');
  expect(actor).toBeNull();
  expect(landed).toMatch(/\/signin\?.*error=/);
  expect((await auditOf(db.pool, `user:${person.email}`)).map((entry) => entry.action)).toEqual([
    'user.signin_refused',
  ]);
});

test('a disabled user is not let in', async () => {
  const user = await madeUser(db.pool, 'analyst');
  await db.pool.query('UPDATE app_user SET disabled = true WHERE id = $1', [user.id]);
  people.gone = claims(user.email, { groups: ['soc'] });
  expect((await signIn('gone')).actor).toBeNull();
});

test('a callback that nobody here asked for is refused', async () => {
  const browser = new Browser();
  const page = await browser.go(`${console_}/api/auth/callback/oidc?code=stolen&state=made-up`);
  expect(page.url).toMatch(/\/signin\?.*error=OAuthCallback/);
  expect(browser.cookie(console_, 'custody.session')).toBeUndefined();
});
