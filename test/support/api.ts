import { encode } from 'next-auth/jwt';
import type { Pool } from 'pg';
import { sessionCookieName, sessionSecret, sessionToken } from '@/lib/auth/session';
import type { Actor, ApiKeyScope } from '@/lib/core/access';
import { createApiKey } from '@/lib/services/create-api-key';
import { madeUser } from './made';

/** `Authorization` of a new API key. */
export async function bearer(pool: Pool, ...scopes: ApiKeyScope[]): Promise<string> {
  const { key } = await createApiKey(await madeUser(pool, 'admin'), { name: 'a test', scopes, days: 1 });
  return `Bearer ${key}`;
}

/** `Cookie` of someone who is signed in. */
export async function sessionOf(actor: Actor): Promise<string> {
  const token = sessionToken({ id: actor.id, passwordHash: null });
  return `${sessionCookieName()}=${await encode({ token, secret: sessionSecret() })}`;
}

const base = 'http://custody.test';

export const get = (path: string, headers: Record<string, string> = {}) => new Request(base + path, { headers });

export const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  new Request(base + path, {
    method: 'POST',
    body: (typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)) as BodyInit,
    headers: { 'content-type': 'application/json', ...headers },
  });
