import { ensureAdministrator } from './people';
import { startProgress } from './progress';
import { startStack } from './stack';
import { untilStopped } from './until-stopped';

// `npm start`: production. Servers by environment, else the embedded ones; stays up until it is told to stop.
const progress = startProgress();
await untilStopped(async (signal) => {
  const stack = await startStack(
    {
      mode: 'production',
      host: process.env.CUSTODY_HOST || '0.0.0.0',
      port: process.env.PORT ? Number(process.env.PORT) : undefined,
      logs: 'stderr',
      progress,
      whenMigrated: () => ensureAdministrator(progress.say),
    },
    signal,
  );
  progress.say(`\nCustody is ready after ${progress.seconds().toFixed(1)} s: ${process.env.NEXTAUTH_URL}\n`);
  return stack;
});
