import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import type { Role } from '../core/access';
import { commandLine } from '../services/caller';
import { createUser } from '../services/create-user';
import { notFound } from '../services/error';
import { setPassword } from '../services/set-password';
import { updateUser } from '../services/update-user';
import { closePool } from '../store/pool';
import { findUserByEmail, listUsers } from '../store/users';
import { printTable } from './table';

export async function add(email: string, options: { role: Role; name?: string; oidc?: boolean }): Promise<void> {
  await closing(async () => {
    const { password, madeUp } = options.oidc ? { password: undefined, madeUp: false } : await newPassword();
    await createUser(commandLine, { email, name: options.name ?? email, role: options.role, password });
    process.stdout.write(`${email} is ${options.role}${madeUp ? `; password, shown once: ${password}` : ''}\n`);
  });
}

export async function list(): Promise<void> {
  await closing(async () => {
    const users = await listUsers();
    printTable(
      ['e-mail', 'name', 'role', 'state', 'last signed in'],
      users.map((user) => [
        user.email,
        user.name,
        user.role,
        user.disabled ? 'disabled' : 'enabled',
        user.lastLoginAt?.toISOString() ?? '',
      ]),
    );
  });
}

export async function changePassword(email: string): Promise<void> {
  await closing(async () => {
    const id = await idOf(email);
    const { password, madeUp } = await newPassword();
    await setPassword(commandLine, { id, password });
    process.stdout.write(`${email} has a new password${madeUp ? `, shown once: ${password}` : ''}\n`);
  });
}

export async function disable(email: string): Promise<void> {
  await closing(async () => {
    await updateUser(commandLine, { id: await idOf(email), disabled: true });
    process.stdout.write(`${email} can no longer sign in\n`);
  });
}

async function closing(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } finally {
    await closePool();
  }
}

async function idOf(email: string): Promise<string> {
  const user = await findUserByEmail(email.toLowerCase());
  if (!user) throw notFound('user with this address');
  return user.id;
}

/** The first line of standard input where something is piped in, so that no password stands in the shell's history. */
async function newPassword(): Promise<{ password: string; madeUp: boolean }> {
  const given = process.stdin.isTTY ? '' : (await text(process.stdin)).split(/\r?\n/)[0];
  return given ? { password: given, madeUp: false } : { password: randomBytes(15).toString('base64url'), madeUp: true };
}
