import { env } from '../platform/env';
import { migrate } from '../store/migrate';
import { closePool } from '../store/pool';
import { ensureAdministrator } from './people';

// One-off for container platforms: applies the migrations, makes the first administrator of an empty database, ends.
const say = (line: string) => void process.stderr.write(`${line}\n`);
try {
  const applied = await migrate(env().DATABASE_URL);
  say(applied.length > 0 ? `Migrated: ${applied.join(', ')}` : 'The database is up to date.');
  await ensureAdministrator(say);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  await closePool();
}
