import { ensureAdministrator } from './people';
import { startProgress } from './progress';
import { type StackOptions, startStack } from './stack';
import { untilStopped } from './until-stopped';

/** Runs all of Custody until it is told to stop; servers by environment, else the embedded ones. Logs come out on standard error. */
export async function serve({ mode, host }: Pick<StackOptions, 'mode' | 'host'>): Promise<void> {
  const progress = startProgress();
  const port = process.env.PORT ? Number(process.env.PORT) : undefined;
  const whenMigrated = () => ensureAdministrator(progress.say);
  await untilStopped(async (signal) => {
    const stack = await startStack({ mode, host, port, logs: 'stderr', progress, whenMigrated }, signal);
    progress.say(`\nCustody is ready after ${progress.seconds().toFixed(1)} s: ${process.env.NEXTAUTH_URL}\n`);
    return stack;
  });
}
