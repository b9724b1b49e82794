import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { kafkaSettings } from '@/lib/kafka/settings';
import { kafkaEnv } from '@/lib/platform/env';
import { httpDestination } from '@/lib/sensor/destination-http';
import { kafkaDestination } from '@/lib/sensor/destination-kafka';
import { commandLine } from '@/lib/services/caller';
import { enrollSourceKey } from '@/lib/services/enroll-source-key';
import { approveServers } from './approve';
import * as attacks from './attacks';
import { connectHttp, connectStdio, type Session } from './clients';
import { type Person, type Running, sensorKey, spooled, startHttpTap, type Tapping, type Target } from './sensors';
import * as servers from './servers';
import { everythingWork, fileWork, memoryWork, ticketWork, work } from './work';

export interface ScenarioOptions {
  target: Target;
  /** Folder for the sensors' state and for what the servers work on; the same in each run, so that servers keep their names. */
  folder: string;
  /** How `custody` is run. */
  custody?: string[];
  log?(line: string): void;
  onProgress?(what: string): void;
  /** An event that comes again after so long is a replay; sooner it counts as an ordinary redelivery. */
  replayAfterMs?: number;
  /** Mean pause between two calls of one person. */
  pauseMs?: number;
}

export interface ScenarioResult {
  /** Events that the destination confirmed to the sensors. */
  sent: number;
  /** File with the ids of all of them, one a line. */
  manifest: string;
  calls: number;
  refused: number;
  expectedAlerts: readonly string[];
}

const maya: Person = { actor: 'maya.lind@example.com', agent: 'desk-assistant' };
const tom: Person = { actor: 'tom.adeyemi@example.com', agent: 'code-helper' };
const lena: Person = { actor: 'lena.horvat@example.com', agent: 'notes-keeper' };
const ravi: Person = { actor: 'ravi.menon@example.com', agent: 'support-agent' };
const nightly: Person = { actor: 'nightly-build', agent: 'release-bot' };

const instances = {
  mayaEverything: 'laptop-maya-everything',
  tomFiles: 'laptop-tom-files',
  lenaFiles: 'laptop-lena-files',
  lenaMemory: 'laptop-lena-memory',
  nightlyMemory: 'build-memory',
  mayaHostile: 'laptop-maya-handy-helpers',
  everything: 'gateway-everything',
  tickets: 'gateway-tickets',
  hostile: 'gateway-handy-helpers',
};

/**
 * Plays a day of real MCP traffic through sensors: ordinary work of several people and agents with real servers, in both
 * protocol families, and among it the attacks of `expectedAlerts`. The destination must be up, and judge what comes in.
 */
export async function runScenario(options: ScenarioOptions): Promise<ScenarioResult> {
  const { target, replayAfterMs = 61_000, pauseMs = 450, log = () => {}, onProgress = () => {} } = options;
  const startedAt = Date.now();
  const folder = resolve(options.folder);
  const tapping: Tapping = {
    custody: options.custody ?? [process.execPath, resolve('dist/custody.js')],
    stateFolder: join(folder, 'sensors'),
    target,
    log,
  };
  const project = prepareProject(folder);
  const running: Running[] = [];
  const sessions: Session[] = [];
  const keep = <T extends Session>(session: T): T => {
    sessions.push(session);
    return session;
  };

  try {
    onProgress('sensors: keys');
    for (const instance of Object.values(instances)) {
      await enrollSourceKey(commandLine, sensorKey(tapping.stateFolder, instance));
    }

    onProgress('servers and sensors');
    const [everything, tickets, hostile] = await Promise.all([
      servers.startEverything(log),
      servers.startTickets(log),
      servers.startHostile(log),
    ]);
    running.push(everything, tickets, hostile);
    const [everythingTap, ticketsTap, hostileTap] = await Promise.all([
      startHttpTap(tapping, instances.everything, everything.url),
      startHttpTap(tapping, instances.tickets, tickets.url),
      startHttpTap(tapping, instances.hostile, hostile.url),
    ]);
    // The sensors end before the servers that they stand before.
    running.unshift(everythingTap, ticketsTap, hostileTap);

    const memory = servers.memory(project.memory);
    const mayaEverything = keep(await connectStdio(tapping, maya, instances.mayaEverything, servers.everything));
    const tomFiles = keep(await connectStdio(tapping, tom, instances.tomFiles, servers.filesystem(project.folder)));
    const lenaFiles = keep(
      await connectStdio(tapping, lena, instances.lenaFiles, servers.filesystem(project.folder), 2),
    );
    const lenaMemory = keep(await connectStdio(tapping, lena, instances.lenaMemory, memory));
    const raviEverything = keep(await connectHttp(everythingTap.url, ravi, 'sessions'));
    const tomEverything = keep(await connectHttp(everythingTap.url, tom, 'sessions'));
    const raviTickets = keep(await connectHttp(ticketsTap.url, ravi, 'stateless'));
    const mayaTickets = keep(await connectHttp(ticketsTap.url, maya, 'stateless'));

    onProgress('first look at the servers, and their approval');
    const ordinary = [mayaEverything, tomFiles, lenaFiles, lenaMemory, raviEverything, raviTickets];
    await Promise.all(ordinary.map((session) => session.listTools()));
    await approveServers(serversSeen(tapping.stateFolder), 'Part of the demonstration: reviewed and in daily use.');
    // Every process that judges learns of a decision within a second or so.
    await sleep(1_500);
    const replayable = Date.now();

    onProgress('ordinary work');
    const day = new AbortController();
    const rounds = Math.max(12, Math.ceil((replayAfterMs + 2_000) / pauseMs));
    const whole = Promise.all([
      work(mayaEverything, everythingWork, rounds, pauseMs * 1.5, day.signal),
      work(tomFiles, fileWork(project.folder), rounds, pauseMs, day.signal),
      work(lenaFiles, fileWork(project.folder).slice(0, 4), rounds, pauseMs * 3, day.signal),
      work(lenaMemory, memoryWork, rounds, pauseMs * 1.2, day.signal),
      work(raviEverything, everythingWork, rounds, pauseMs * 1.8, day.signal),
      work(tomEverything, everythingWork.slice(1, 6), rounds, pauseMs * 2.5, day.signal),
      work(raviTickets, ticketWork, rounds, pauseMs, day.signal),
      work(mayaTickets, ticketWork.slice(0, 2), rounds, pauseMs * 4, day.signal),
    ]);
    const minimum = sleep(pauseMs * 14);

    onProgress('a path traversal and a command injection');
    await sleep(pauseMs * 4);
    await attacks.pathTraversal(tomFiles, project.folder);
    await attacks.commandInjection(raviTickets);

    onProgress('a server that nobody approved: poisoned tool, rug pull, orders in a result');
    const mayaHelpers = keep(await connectHttp(hostileTap.url, maya, 'stateless'));
    await attacks.trusting(mayaHelpers);
    const local = servers.hostile(`found-${startedAt}`);
    const localHelpers = keep(await connectStdio(tapping, maya, instances.mayaHostile, local));
    await localHelpers.listTools();

    onProgress('a secret read and sent elsewhere');
    await attacks.exfiltration(tomFiles, mayaHelpers, project.deployment, project.key);

    onProgress('an event withheld by a sensor');
    await withheld(tapping, memory);

    onProgress('an old event sent again');
    await minimum;
    await sleep(Math.max(0, replayable + replayAfterMs - Date.now()));
    await sendAgain(tapping, instances.mayaEverything, startedAt);

    day.abort();
    const counts = await whole;
    onProgress('sensors end');
    await Promise.all(sessions.splice(0).map((session) => session.close()));
    for (const one of running.splice(0)) await one.stop();

    const ids = sentIds(tapping.stateFolder, startedAt);
    const manifest = join(folder, 'sent.txt');
    writeFileSync(manifest, `${ids.join('\n')}\n`);
    return {
      sent: ids.length,
      manifest,
      calls: counts.reduce((sum, { done }) => sum + done, 0),
      refused: counts.reduce((sum, one) => sum + one.refused, 0),
      expectedAlerts: attacks.expectedAlerts,
    };
  } finally {
    await Promise.allSettled(sessions.map((session) => session.close()));
    for (const one of running) await one.stop();
  }
}

/** The folder that the file server may read: a small project, with a key in a file that it should not be in. */
function prepareProject(folder: string) {
  const project = join(folder, 'project');
  const key = attacks.madeUpKey();
  const deployment = join(project, 'notes', 'deployment.md');
  mkdirSync(join(project, 'notes'), { recursive: true });
  writeFileSync(join(project, 'README.md'), '# Shop\n\nThe web shop and its back office.\n');
  writeFileSync(
    join(project, 'notes', 'plan.md'),
    '# Plan\n\n- orders by phone\n- a faster search\n\n## Next\n\nAsk the support team.\n',
  );
  writeFileSync(deployment, `# Deployment\n\nThe bucket is shop-releases, its key ${key}.\n`);
  return { folder: project, deployment, key, memory: join(folder, 'memory.jsonl') };
}

/** Keys of the servers that the sensors saw, but for the hostile one. */
function serversSeen(stateFolder: string): string[] {
  const keys = new Set<string>();
  for (const instance of Object.values(instances)) {
    if (instance === instances.hostile || instance === instances.mayaHostile) continue;
    for (const line of safely(() => spooled(stateFolder, instance, false))) {
      const key = (JSON.parse(line) as { data: { server?: { id?: string } } }).data.server?.id;
      if (key) keys.add(key);
    }
  }
  return [...keys];
}

const safely = (read: () => string[]): string[] => {
  try {
    return read();
  } catch {
    return [];
  }
};

/** A sensor works while its destination is away; before it comes back, one of its events is taken out of the spool. */
async function withheld(tapping: Tapping, memory: { command: string[]; environment: Record<string, string> }) {
  const away: Tapping = { ...tapping, target: { http: { url: 'http://127.0.0.1:9', apiKey: 'unused' } } };
  const first = await connectStdio(away, nightly, instances.nightlyMemory, memory);
  await work(first, memoryWork, 6, 30);
  await first.close();
  attacks.withholdEvent(tapping.stateFolder, instances.nightlyMemory, 5);
  const second = await connectStdio(tapping, nightly, instances.nightlyMemory, memory);
  await work(second, memoryWork, 4, 30);
  await sleep(1_500);
  await second.close();
}

/** Sends the bytes of the first list of tools since then once more, as somebody who captured them would. */
async function sendAgain({ stateFolder, target }: Tapping, instance: string, since: number): Promise<void> {
  const line = confirmedSince(stateFolder, instance, since).find((one) => one.includes('"method":"tools/list"'));
  if (line === undefined) throw new Error(`no list of tools by ${instance} is confirmed yet`);
  const { source, kid, publicKey } = { ...sourceOfLine(line), publicKey: new Uint8Array() };
  const destination =
    'http' in target
      ? httpDestination({ ...target.http, source, kid, publicKey, enroll: false })
      : kafkaDestination(
          kafkaSettings({ ...kafkaEnv(), KAFKA_BROKERS: target.kafka.brokers }),
          target.kafka.topic,
          source,
        );
  await destination.send([Buffer.from(line)], AbortSignal.timeout(20_000));
  await destination.close();
}

function sourceOfLine(line: string): { source: string; kid: string } {
  const { source, sigkid } = JSON.parse(line) as { source: string; sigkid: string };
  return { source, kid: sigkid };
}

/** Ids of the events that were confirmed and made since. */
const sentIds = (stateFolder: string, since: number): string[] =>
  Object.values(instances)
    .flatMap((instance) => confirmedSince(stateFolder, instance, since))
    .map((line) => (JSON.parse(line) as { id: string }).id);

function confirmedSince(stateFolder: string, instance: string, since: number): string[] {
  const from = new Date(since).toISOString();
  return safely(() => spooled(stateFolder, instance, true)).filter(
    (line) => (JSON.parse(line) as { time: string }).time >= from,
  );
}
