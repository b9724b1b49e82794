import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { ensureDemoPeople } from '@/lib/embedded/people';
import { commandLine } from '@/lib/services/caller';
import { setPassword } from '@/lib/services/set-password';
import { findUserByEmail } from '@/lib/store/users';
import { testDatabase } from '../../support/postgres';

testDatabase();
const folder = mkdtempSync(join(tmpdir(), 'custody-people-'));
vi.stubEnv('CUSTODY_DATA', folder);
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test("the demo's people stay as they are, and whose password was changed is told", async () => {
  const first = await ensureDemoPeople();
  expect([first.people.length, first.changed.size]).toEqual([5, 0]);
  const [admin] = first.people;
  const user = await findUserByEmail(admin?.email ?? '');
  await setPassword(commandLine, { id: user?.id ?? '', password: 'another password, long enough' });
  const second = await ensureDemoPeople();
  expect([second.password, [...second.changed]]).toEqual([first.password, [admin]]);
});
