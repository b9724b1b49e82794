import { randomBytes } from 'node:crypto';
import { countUsers } from '../store/users';
import { commandLine } from './caller';
import { createUser } from './create-user';
import { ServiceError } from './error';

export interface FirstAdministrator {
  email: string;
  /** Only here, to be shown once: null where the environment gave it. */
  password: string | null;
}

/** Makes the first administrator where there is no user at all; null where there is one. Safe from two processes at once. */
export async function ensureFirstAdministrator(given: {
  email: string | undefined;
  password: string | undefined;
}): Promise<FirstAdministrator | null> {
  if ((await countUsers()) > 0) return null;
  const email = given.email ?? 'admin@custody.local';
  const password = given.password ?? randomBytes(15).toString('base64url');
  try {
    await createUser(commandLine, { email, name: 'Administrator', role: 'admin', password });
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'conflict') return null;
    throw error;
  }
  return { email: email.toLowerCase(), password: given.password === undefined ? password : null };
}
