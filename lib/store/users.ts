import type { Role } from '../core/access';
import { prisma } from './prisma';
import type { Tx } from './transaction';

export interface UserRow {
  id: string;
  email: string;
  name: string;
  role: Role;
  disabled: boolean;
  passwordHash: string | null;
}

const select = { id: true, email: true, name: true, role: true, disabled: true, passwordHash: true } as const;
// The table's check constraint holds the roles.
const userRow = <T extends { role: string } | null>(row: T) => row as (T & { role: Role }) | null;

export const findUser = async (id: string): Promise<UserRow | null> =>
  userRow(await prisma().user.findUnique({ where: { id }, select }));

/** The e-mail address must be in lower case. */
export const findUserByEmail = async (email: string): Promise<UserRow | null> =>
  userRow(await prisma().user.findUnique({ where: { email }, select }));

/** Whether someone can sign in with a password, and not by the identity provider alone. */
export const hasPassword = async (id: string): Promise<boolean> =>
  (await prisma().user.count({ where: { id, passwordHash: { not: null } } })) > 0;

export const countUsers = (): Promise<number> => prisma().user.count();

/** Everyone, by name; never a password hash. */
export const listUsers = () =>
  prisma().user.findMany({
    orderBy: [{ name: 'asc' }, { email: 'asc' }],
    select: { id: true, email: true, name: true, role: true, disabled: true, createdAt: true, lastLoginAt: true },
  });

/** Role of the user with this address; null where there is none who can sign in. */
export async function findRole(tx: Tx, email: string): Promise<Role | null> {
  const { rows } = await tx.query<{ role: Role }>('SELECT role FROM app_user WHERE email = $1 AND NOT disabled', [
    email,
  ]);
  return rows[0]?.role ?? null;
}

/** False where the address is taken. */
export async function insertUser(tx: Tx, user: Omit<UserRow, 'disabled'>): Promise<boolean> {
  const { rowCount } = await tx.query(
    `INSERT INTO app_user (id, email, name, role, password_hash) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (email) DO NOTHING`,
    [user.id, user.email, user.name, user.role, user.passwordHash],
  );
  return rowCount === 1;
}

/** The row, locked until the transaction ends. */
export async function lockUser(tx: Tx, id: string): Promise<UserRow | null> {
  const { rows } = await tx.query<UserRow>(
    `SELECT id, email, name, role, disabled, password_hash AS "passwordHash" FROM app_user WHERE id = $1 FOR UPDATE`,
    [id],
  );
  return rows[0] ?? null;
}

/** Ids of the administrators who can sign in, locked in one order, so that two people cannot remove each other. */
export async function lockAdministrators(tx: Tx): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `SELECT id FROM app_user WHERE role = 'admin' AND NOT disabled ORDER BY id FOR UPDATE`,
  );
  return rows.map((row) => row.id);
}

export async function updateUserRow(
  tx: Tx,
  user: { id: string; name: string; role: Role; disabled: boolean },
): Promise<void> {
  await tx.query('UPDATE app_user SET name = $2, role = $3, disabled = $4 WHERE id = $1', [
    user.id,
    user.name,
    user.role,
    user.disabled,
  ]);
}

export async function setPasswordHash(tx: Tx, id: string, passwordHash: string): Promise<void> {
  await tx.query('UPDATE app_user SET password_hash = $2 WHERE id = $1', [id, passwordHash]);
}

export async function noteSignIn(tx: Tx, id: string): Promise<void> {
  await tx.query('UPDATE app_user SET last_login_at = now() WHERE id = $1', [id]);
}
