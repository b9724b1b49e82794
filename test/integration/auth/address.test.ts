import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { watchAddresses } from '@/lib/auth/client-address';
import { requireCaller, route } from '@/lib/auth/route';
import { bearer } from '../../support/api';
import { startAuthServer } from '../../support/auth-server';
import { testDatabase } from '../../support/postgres';

const db = testDatabase();
const port = 23310;
const origin = `http://127.0.0.1:${port}`;
let proxies = 0;
let web: Awaited<ReturnType<typeof startAuthServer>>;
/** A route that takes API keys, behind a bare HTTP server, with the headers that the server has. */
const api = createServer(async (incoming, outgoing) => {
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)] as [string, string]);
  const handle = route(async (asked: Request, _: unknown) => {
    await requireCaller(asked, { keyScope: 'events:write' });
    return new Response('in');
  });
  const answer = await handle(new Request(`http://127.0.0.1${incoming.url}`, { method: 'POST', headers }), {});
  outgoing.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
});
beforeAll(async () => {
  process.env.NEXTAUTH_URL = origin;
  watchAddresses(() => proxies);
  web = await startAuthServer(port);
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await web.stop();
  api.close();
});

let people = 0;
/** Where the sign-in leads, of somebody else each time, from this machine. */
async function guess(forwarded: string): Promise<string> {
  const headers = { 'x-forwarded-for': forwarded };
  const csrf = await fetch(`${origin}/api/auth/csrf`, { headers });
  const { csrfToken } = (await csrf.json()) as { csrfToken: string };
  const answer = await fetch(`${origin}/api/auth/callback/password`, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      ...headers,
      cookie: csrf.headers
        .getSetCookie()
        .map((line) => line.split(';')[0])
        .join('; '),
    },
    body: new URLSearchParams({ csrfToken, email: `guessed-${people++}@example.org`, password: 'a guess' }),
  });
  const error = new URL(answer.headers.get('location') ?? origin, origin).searchParams.get('error') ?? '';
  return error.replace(/:\d+$/, '');
}

test('a forged X-Forwarded-For makes nobody another one: guessing many accounts from one address is slowed down', async () => {
  const errors: string[] = [];
  for (let n = 0; n < 33; n++) errors.push(await guess(`203.0.113.${n}`));
  expect(errors.slice(0, 31)).toEqual(Array(31).fill('CredentialsSignin'));
  expect(errors.slice(31)).toEqual(['rate_limited', 'rate_limited']);
});

test('behind a proxy each client has its own count, and can forge only what stands left of what the proxy saw', async () => {
  proxies = 1;
  const errors: string[] = [];
  for (let n = 0; n < 33; n++) errors.push(await guess(`203.0.113.${n}, 198.51.100.7`));
  expect(errors.at(-1)).toBe('rate_limited');
  expect(await guess('203.0.113.1, 198.51.100.8')).toBe('CredentialsSignin');
  proxies = 0;
});

test('trying API keys is slowed down by address too, and whoever has a good one gets in all the same', async () => {
  const good = await bearer(db.pool, 'events:write');
  const { port: apiPort } = api.address() as AddressInfo;
  const ask = (authorization: string, forwarded: string) =>
    new Promise<{ status: number | undefined; retryAfter: string | undefined }>((resolve, reject) => {
      const headers = { authorization, 'x-forwarded-for': forwarded };
      request({ host: '127.0.0.1', port: apiPort, path: '/', method: 'POST', headers })
        .once('response', (response) => {
          resolve({ status: response.resume().statusCode, retryAfter: response.headers['retry-after'] });
        })
        .once('error', reject)
        .end();
    });
  expect((await ask(good, '203.0.113.1')).status).toBe(200);
  const statuses: (number | undefined)[] = [];
  for (let n = 0; n < 103; n++) statuses.push((await ask(`Bearer cst_made-up-${n}`, `203.0.113.${n}`)).status);
  expect(statuses).toEqual([...Array(101).fill(401), 429, 429]);
  expect((await ask('Bearer cst_made-up-more', '203.0.113.1')).retryAfter).toBe('1');
  expect((await ask(good, '203.0.113.1')).status).toBe(200);
});
