import type { Role } from '../core/access';
import { env } from '../platform/env';
import { commandLine } from '../services/caller';
import { createUser } from '../services/create-user';
import { ensureFirstAdministrator } from '../services/first-administrator';
import { passwordMatches } from '../services/password';
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

interface DemoPerson {
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

/**
 * One person for each role, made with one password that was made up for this installation. `changed`: those who have another
 * password since.
 */
export async function ensureDemoPeople(): Promise<{
  people: DemoPerson[];
  password: string;
  changed: Set<DemoPerson>;
}> {
  const password = keptSecret('demo-password');
  const changed = new Set<DemoPerson>();
  for (const person of demoPeople) {
    const user = await findUserByEmail(person.email);
    if (!user) await createUser(commandLine, { ...person, password });
    else if (!(await passwordMatches(user.passwordHash, password))) changed.add(person);
  }
  return { people: demoPeople, password, changed };
}
