import { z } from 'zod';

const discovered = z.object({ userinfo_endpoint: z.url().optional() });
const userInfo = z.looseObject({ sub: z.string() });

export type Claims = { [name: string]: unknown };

/**
 * The claims of a verified id token and, beside them, those that the provider gives only at its userinfo endpoint (OpenID
 * Connect Core 5.4 lets it). The token's own win. Throws where userinfo speaks of someone else.
 */
export async function allClaims(wellKnown: string, claims: Claims, accessToken: string | undefined): Promise<Claims> {
  if (!accessToken) return claims;
  const { userinfo_endpoint: endpoint } = discovered.parse(await (await get(wellKnown)).json());
  if (!endpoint) return claims;
  const response = await get(endpoint, { authorization: `Bearer ${accessToken}` });
  // A provider may sign its answer; then the id token must do.
  if (!response.headers.get('content-type')?.startsWith('application/json')) return claims;
  const more = userInfo.parse(await response.json());
  if (more.sub !== claims.sub) throw new Error('userinfo speaks of another subject than the id token');
  return { ...more, ...claims };
}

async function get(url: string, headers: HeadersInit = {}): Promise<Response> {
  const response = await fetch(url, {
    headers: { accept: 'application/json', ...headers },
    redirect: 'error',
    signal: AbortSignal.timeout(5_000),
  });
  if (!response.ok) throw new Error(`the identity provider answered ${response.status}`);
  return response;
}
