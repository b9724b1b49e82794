import { createHash, hkdfSync } from 'node:crypto';
import { decode, type JWT } from 'next-auth/jwt';
import type { Actor } from '../core/access';
import { env } from '../platform/env';
import { findUser, type UserRow } from '../store/users';

/** A working day, counted from the sign-in: use does not prolong it. */
export const sessionSeconds = 8 * 3600;

export const secureCookies = (): boolean => env().NEXTAUTH_URL?.startsWith('https:') ?? false;

/** `__Host-` binds the cookie to this very host where the connection is secure. */
export const sessionCookieName = (): string => (secureCookies() ? '__Host-custody.session' : 'custody.session');

export const sessionSecret = (): string =>
  Buffer.from(hkdfSync('sha256', env().CUSTODY_SECRET, '', 'custody session', 32)).toString('hex');

/** Changes with the password, so that a new one ends every session. */
const stampOf = (user: Pick<UserRow, 'id' | 'passwordHash'>): string =>
  createHash('sha256')
    .update(`${user.id}\0${user.passwordHash ?? ''}`)
    .digest('base64url')
    .slice(0, 22);

/** What a session holds: no role and no name, so that nothing in it can be out of date. */
export const sessionToken = (user: Pick<UserRow, 'id' | 'passwordHash'>): JWT => ({
  sub: user.id,
  stamp: stampOf(user),
  until: Math.floor(Date.now() / 1000) + sessionSeconds,
});

/** The person whom a session's token stands for now: null where it is over, or they are disabled or have a new password. */
export async function actorFromToken(token: JWT | null): Promise<Actor | null> {
  if (!token?.sub || typeof token.until !== 'number' || token.until * 1000 <= Date.now()) return null;
  const user = await findUser(token.sub);
  if (!user || user.disabled || token.stamp !== stampOf(user)) return null;
  return { id: user.id, email: user.email, name: user.name, role: user.role };
}

/** The same for the session cookie's value; null too where it was not sealed by us. */
export async function actorFromCookie(cookie: string | undefined): Promise<Actor | null> {
  if (!cookie) return null;
  return actorFromToken(await decode({ token: cookie, secret: sessionSecret() }).catch(() => null));
}

/** The same for a request's session cookie. */
export const actorFromRequest = (request: Request): Promise<Actor | null> =>
  actorFromCookie(cookieOf(request, sessionCookieName()));

function cookieOf(request: Request, name: string): string | undefined {
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const at = part.indexOf('=');
    if (part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
}
