import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Role } from '../core/access';
import { announce } from '../store/announce';
import { appendAudit } from '../store/audit-log';
import { storable } from '../store/storable';
import { transaction } from '../store/transaction';
import { findUserByEmail, insertUser, type UserRow, updateUserRow } from '../store/users';
import { ServiceError } from './error';
import { admit, noteRefusal } from './sign-in';

export interface OidcPolicy {
  roleClaim: string;
  roleMap: Record<string, Role>;
  defaultRole: Role | undefined;
  /** Believe an address whose `email_verified` is missing; never one that is said to be unverified. */
  emailTrusted: boolean;
}

const claimsSchema = z.looseObject({
  email: z.string().trim().toLowerCase().pipe(z.email()),
  email_verified: z.boolean().optional(),
  name: z.string().transform(storable).optional(),
});

/**
 * The user whom a provider's verified claims stand for, made at the first sign-in where the claims or the default give a
 * role. A claim moves a person between roles at each sign-in, but makes and unmakes no administrator. Throws ServiceError
 * `unauthenticated` or `forbidden`.
 */
export async function signInWithClaims(raw: unknown, policy: OidcPolicy): Promise<UserRow> {
  const parsed = claimsSchema.safeParse(raw);
  if (!parsed.success) throw await refused('', 'no usable e-mail address in the claims');
  const claims = parsed.data;
  const verified = claims.email_verified ?? policy.emailTrusted;
  if (!verified) throw await refused(claims.email, 'e-mail address not verified by the provider');
  const role = claimedRole(claims[policy.roleClaim], policy.roleMap);
  const known = await findUserByEmail(claims.email);
  if (known?.disabled) throw await refused(claims.email, 'disabled', known.role);
  const user = known
    ? await follow(known, role)
    : await welcome(claims.email, claims.name ?? claims.email, role ?? policy.defaultRole);
  await admit(user, 'oidc');
  return user;
}

/** The highest role that the claim's values map to; undefined where none does. */
export function claimedRole(claim: unknown, map: Record<string, Role>): Role | undefined {
  const values = (Array.isArray(claim) ? claim : [claim]).filter((value) => typeof value === 'string');
  const claimed = new Set(values.map((value) => (Object.hasOwn(map, value) ? map[value] : undefined)));
  return (['responder', 'analyst', 'auditor', 'viewer'] as const).find((role) => claimed.has(role));
}

async function follow(user: UserRow, role: Role | undefined): Promise<UserRow> {
  if (role === undefined || user.role === 'admin' || user.role === role) return user;
  await transaction(async (tx) => {
    await updateUserRow(tx, { ...user, role });
    await appendAudit(tx, {
      actor: 'oidc',
      role: 'identity_provider',
      action: 'user.update',
      target: `user:${user.email}`,
      detail: { before: { role: user.role }, after: { role } },
    });
  });
  return { ...user, role };
}

async function welcome(email: string, name: string, role: Role | undefined): Promise<UserRow> {
  if (role === undefined) throw await refused(email, 'not a user, and the claims give no role');
  const user: UserRow = {
    id: randomUUID(),
    email,
    name: name.trim().slice(0, 200) || email,
    role,
    disabled: false,
    passwordHash: null,
  };
  const made = await transaction(async (tx) => {
    if (!(await insertUser(tx, user))) return false;
    await appendAudit(tx, {
      actor: 'oidc',
      role: 'identity_provider',
      action: 'user.create',
      target: `user:${email}`,
      detail: { after: { email, name: user.name, role } },
    });
    await announce(tx, 'user', user.id);
    return true;
  });
  if (made) return user;
  // The same person's other tab was first.
  const other = await findUserByEmail(email);
  if (!other || other.disabled) throw await refused(email, 'disabled', other?.role);
  return other;
}

async function refused(email: string, reason: string, role = 'none'): Promise<ServiceError> {
  await noteRefusal(email || 'unknown', role, reason);
  return new ServiceError(
    'forbidden',
    'The identity provider knows you, but this console does not let you in.',
    'Ask an administrator to add you.',
  );
}
