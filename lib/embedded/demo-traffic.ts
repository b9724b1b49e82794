import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sendHistory } from '../../test/scenario/history';
import { runScenario, type ScenarioResult } from '../../test/scenario/run';
import type { Target } from '../../test/scenario/sensors';
import { env } from '../platform/env';
import { commandLine } from '../services/caller';
import { createApiKey } from '../services/create-api-key';
import { pool } from '../store/pool';
import { dataDir } from './data';
import type { Progress } from './progress';
import { type Stack, Stopped } from './stack';

const playedFile = () => join(dataDir(), 'demo-played');

/** Whether an earlier start played the scenario, to its end, into this very database. */
export async function scenarioPlayed(): Promise<boolean> {
  return existsSync(playedFile()) && (await hasEvents(false));
}

async function hasEvents(generated: boolean): Promise<boolean> {
  const { rowCount } = await pool().query('SELECT 1 FROM event WHERE generated = $1 LIMIT 1', [generated]);
  return rowCount === 1;
}

/** Where sensors of the demo send to: Kafka where there is one, else the console's HTTP, with a key made for them. */
export async function demoTarget({ brokers, url }: Stack): Promise<Target> {
  if (brokers.length > 0) return { kafka: { brokers, topic: env().KAFKA_TOPIC } };
  const scopes = ['events:write' as const, 'source:enroll' as const];
  const { key } = await createApiKey(commandLine, { name: 'Sensors of the demo', scopes, days: 30 });
  return { http: { url: url.replace('localhost', '127.0.0.1'), apiKey: key } };
}

/** Some weeks of generated history, once for a database; it is marked as generated wherever it shows. */
export async function playHistory(target: Target, progress: Progress): Promise<void> {
  if (await hasEvents(true)) return;
  await progress.step('Generated history of three weeks', async (note) => {
    const { sent } = await sendHistory({ target });
    note(`${sent} events`);
  });
}

/** Real clients, servers and sensors at work, and the attacks among it. */
export function playScenario(target: Target, progress: Progress, signal: AbortSignal): Promise<ScenarioResult> {
  return progress.step('Scenario: real clients, servers, attacks', async (note) => {
    const say = progress.say;
    const logFile = join(dataDir(), 'scenario.log');
    const playing = runScenario({
      target,
      folder: join(dataDir(), 'scenario'),
      log: (line) => appendFileSync(logFile, `${line}\n`),
      onProgress: (what) => say(`      ${what}`),
    });
    const result = await Promise.race([playing, interruption(signal)]);
    note(`${result.calls} calls, ${result.sent} events`);
    writeFileSync(playedFile(), `${new Date().toISOString()}\n`);
    return result;
  });
}

function interruption(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Stopped()), { once: true });
  });
}
