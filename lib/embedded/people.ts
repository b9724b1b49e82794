import type { Role } from '../core/access';
import { env } from '../platform/env';
import { commandLine } from '../services/caller';
import { createUser } from '../services/create-user';
import { ensureFirstAdministrator } from '../services/first-administrator';
import { findUserByEmail } from '../store/users';
import { keptSecret } from './data';

/** Makes the first administrator of an empty database and says the password, once, unless the environment gave it. */
export async function ensureAdministrator(say: (line: string) => void): Promise<void> {
  const { CUSTODY_ADMIN_EMAIL, CUSTODY_ADMIN_PASSWORD } = env();
  const made = await ensureFirstAdministrator({ email: CUSTODY_ADMIN_EMAIL, password: CUSTODY_ADMIN_PASSWORD });
  if (!made) return;
  const password = made.password && `, password ${made.password} (shown this once: change it after signing in)`;
  say(`  First administrator: ${made.email}${password ?? ''}`);
}

export interface DemoPerson {
  email: string;
  name: string;
  role: Role;
}

const demoPeople: DemoPerson[] = [
  { email: 'admin@demo.example', name: 'Ada Adler', role: 'admin' },
  { email: 'responder@demo.example', name: 'Robin Reyes', role: 'responder' },
  { email: 'analyst@demo.example', name: 'Ana Lindqvist', role: 'analyst' },
  { email: 'auditor@demo.example', name: 'Otis Audley', role: 'auditor' },
  { email: 'viewer@demo.example', name: 'Vera Wynn', role: 'viewer' },
];

/** One person for each role, all with one password that was made up for this installation. */
export async function ensureDemoPeople(): Promise<{ people: DemoPerson[]; password: string }> {
  const password = keptSecret('demo-password');
  for (const person of demoPeople) {
    if (!(await findUserByEmail(person.email))) await createUser(commandLine, { ...person, password });
  }
  return { people: demoPeople, password };
}
