import { ensureAdministrator } from './people';
import { startProgress } from './progress';
import { startStack } from './stack';
import { untilStopped } from './until-stopped';

// `npm run dev`: console and worker with reload.
const progress = startProgress();
await untilStopped(async (signal) => {
  const stack = await startStack(
    {
      mode: 'development',
      host: '127.0.0.1',
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
