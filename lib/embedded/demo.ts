import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { closePool } from '../store/pool';
import { discardData } from './data';
import { measureDemo, shortcomings } from './demo-check';
import { demoTarget, playHistory, playScenario, scenarioPlayed } from './demo-traffic';
import { kafkaVersion } from './kafka-jars';
import { ensureDemoPeople } from './people';
import { type Progress, startProgress } from './progress';
import { postgresVersion, reportOf, type Servers } from './report';
import { type Stack, Stopped, startStack } from './stack';
import { untilStopped } from './until-stopped';

// `npm run demo`: everything on this machine, with real traffic and attacks, and a console to look at them in.
const options = readOptions();
const progress = startProgress();
const since = new Date();
// The stack names its own servers in the environment too.
const given = { postgres: process.env.DATABASE_URL, kafka: process.env.KAFKA_BROKERS };
// Nowhere else is an event believed that it belongs to a made-up history.
process.env.CUSTODY_GENERATED = 'on';
let signIn: Awaited<ReturnType<typeof ensureDemoPeople>> | undefined;

await untilStopped(async (signal) => {
  if (options.fresh) await discardData();
  const stack = await startStack(
    {
      mode: 'production',
      host: '127.0.0.1',
      port: options.port,
      logs: 'files',
      progress,
      whenMigrated: async () => {
        signIn = await ensureDemoPeople();
      },
    },
    signal,
  );
  try {
    if (options.check) await check(stack, progress, signal);
    else await show(stack, progress, signal);
  } catch (error) {
    await stack.stop();
    throw signal.aborted ? new Stopped() : error;
  } finally {
    await closePool();
  }
  return options.check ? 'done' : stack;
});
// A scenario that was broken off would still wait for its clients; what it started ends with this process.
process.exit();

async function show(stack: Stack, { say, seconds }: Progress, signal: AbortSignal): Promise<void> {
  if (await scenarioPlayed()) {
    say('  - The traffic of the last start is kept; -- --fresh throws it away and plays it again.');
  } else {
    say(
      `\n  The console is up: ${signInLines(stack.url)}\n  Traffic comes in now; look on, or wait a minute or two.\n`,
    );
    const target = await demoTarget(stack);
    await playHistory(target, progress);
    await playScenario(target, progress, signal);
  }
  say(`\nReady after ${seconds().toFixed(0)} s. Ctrl-C stops it; the data stays.\n`);
  process.stdout.write(`${signInLines(stack.url)}\n`);
}

async function check(stack: Stack, { say, step, seconds }: Progress, signal: AbortSignal): Promise<void> {
  const readySeconds = seconds();
  const target = await demoTarget(stack);
  await playHistory(target, progress);
  const scenario = await playScenario(target, progress, signal);
  const figures = await step('Check of what it led to', () => measureDemo(scenario, since, readySeconds));
  if (options.json) writeFileSync(options.json, reportOf(figures, seconds(), servers(stack)));
  await step('Stop', () => stack.stop());
  const wrong = shortcomings(figures, scenario.expectedAlerts);
  for (const line of wrong) say(`  ✗ ${line}`);
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
  if (wrong.length > 0)
    throw new Error(`The demo did not lead to what it should have; its logs are in ${process.env.CUSTODY_DATA}`);
}

function servers(stack: Stack): Servers {
  return {
    postgres: given.postgres ? 'of DATABASE_URL' : postgresVersion(),
    kafka: given.kafka ? 'of KAFKA_BROKERS' : stack.brokers.length > 0 ? kafkaVersion : null,
  };
}

function signInLines(url: string): string {
  if (!signIn) return url;
  const { people, password, changed } = signIn;
  const roles = people.map((person) => {
    const note = changed.has(person)
      ? ' (has another password since; npx custody user set-password sets a new one)'
      : '';
    return `    ${person.role.padEnd(10)} ${person.email}${note}`;
  });
  return [url, '', `  Sign in with the password ${password} as`, ...roles].join('\n');
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        check: { type: 'boolean', default: false },
        fresh: { type: 'boolean', default: false },
        port: { type: 'string' },
        json: { type: 'string' },
      },
    });
    const port = values.port ?? process.env.PORT;
    if (port && !/^\d+$/.test(port)) throw new Error(`--port takes a number, not ${port}`);
    return { ...values, port: port ? Number(port) : undefined };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nnpm run demo [-- --check] [--port N] [--fresh] [--json FILE]\n`);
    process.exit(2);
  }
}
