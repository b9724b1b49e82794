import { expect, test } from 'vitest';
import { testConsole } from './console';

const web = testConsole(23320);

/** Where a sign-in leads that comes with this X-Forwarded-For. */
async function guess(n: number): Promise<string | null> {
  const headers = { 'x-forwarded-for': `203.0.113.${n}` };
  const csrf = await fetch(`${web.url}/api/auth/csrf`, { headers });
  const { csrfToken } = (await csrf.json()) as { csrfToken: string };
  const cookie = csrf.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const answer = await fetch(`${web.url}/api/auth/callback/password`, {
    method: 'POST',
    redirect: 'manual',
    headers: { ...headers, cookie },
    body: new URLSearchParams({ csrfToken, email: `guessed-${n}@example.org`, password: 'a guess' }),
  });
  return new URL(answer.headers.get('location') ?? web.url, web.url).searchParams.get('error');
}

test('the console in production counts guesses by the address of the socket, not by what a header says', async () => {
  const errors: (string | null)[] = [];
  for (let n = 0; n < 33; n++) errors.push(await guess(n));
  expect(errors.slice(0, 31)).toEqual(Array(31).fill('CredentialsSignin'));
  expect(errors.slice(31)).toEqual([expect.stringMatching(/^rate_limited/), expect.stringMatching(/^rate_limited/)]);
});
