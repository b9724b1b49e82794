import { cookies, headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { cache } from 'react';
import { type Actor, may, type Role, rolesWith, type Scope } from '../core/access';
import { actorFromCookie, sessionCookieName } from './session';

/** Request header in which proxy.ts hands on the path that was asked for. */
const askedHeader = 'x-custody-address';

/** Who is signed in, read from the database once for each request; null for nobody. */
export const currentActor = cache(
  async (): Promise<Actor | null> => actorFromCookie((await cookies()).get(sessionCookieName())?.value),
);

/** Who is signed in; sends whoever is not to the sign-in page, and back from there. */
export async function signedIn(): Promise<Actor> {
  const actor = await currentActor();
  if (actor) return actor;
  const asked = (await headers()).get(askedHeader) ?? '/';
  redirect(`/signin?callbackUrl=${encodeURIComponent(asked)}`);
}

export type PageAccess =
  | { permitted: true; actor: Actor }
  | { permitted: false; actor: Actor; scope: Scope; askRoles: Role[] };

/**
 * For pages: `signedIn`, and whether the person may see this one; where not, the page shows the no-permission state with
 * the roles that may.
 */
export async function requireActor(scope: Scope): Promise<PageAccess> {
  const actor = await signedIn();
  if (may(actor.role, scope)) return { permitted: true, actor };
  return { permitted: false, actor, scope, askRoles: rolesWith(scope) };
}
