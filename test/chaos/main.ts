import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Pool } from 'pg';
import { openKafka } from '../../lib/kafka/client';
import { ensureTopics } from '../../lib/kafka/topics';
import { logKey } from '../../lib/platform/keys';
import { migrate } from '../../lib/store/migrate';
import { createPool } from '../../lib/store/pool';
import { enrollKey } from '../support/enroll';
import { numberOption, report, say } from '../support/figures';
import { type Load, startLoad } from './load';
import { kafkaVictim, postgresVictim, type Victim, workerVictim } from './servers';
import { judgeAftermath } from './verdict';

// `npm run chaos -- --kills N`: SIGKILL of worker, Postgres and Kafka, N times each, under load, at random moments. Afterwards
// every event that Kafka acknowledged must be stored exactly once, in order within its source, in logs that verify.
const topic = 'mcp.audit.v1';

refuseUnknown();
await report(async () => {
  const kills = numberOption('kills', 10);
  const dir = mkdtempSync(join(tmpdir(), 'custody-chaos-'));
  chmodSync(dir, 0o755);
  const workerLog = join(dir, 'worker.log');
  say('starting Postgres, Kafka and the worker');
  const postgres = await postgresVictim(join(dir, 'postgres'), 21260);
  const kafka = await kafkaVictim(join(dir, 'kafka'), 21270);
  await migrate(postgres.url);
  const client = await openKafka({ brokers: [kafka.brokers] }, 'custody-chaos', () => {});
  await ensureTopics(client, topic);
  const pool = createPool(postgres.url, { max: 3, name: 'custody chaos' });
  const load = await startLoad(client, topic);
  await enroll(pool, load);
  const worker = await workerVictim(
    {
      DATABASE_URL: postgres.url,
      KAFKA_BROKERS: kafka.brokers,
      KAFKA_TOPIC: topic,
      CUSTODY_SECRET: 'a secret for chaos, of more than 32 characters',
      CUSTODY_DATA: join(dir, 'data'),
    },
    workerLog,
  );
  const victims = [worker, postgres.victim, kafka.victim];
  try {
    await killAtRandom(victims, kills, load);
    await load.stop();
    await drained(pool, load);
    const { publicKey } = logKey({ dataDir: join(dir, 'data') });
    const verdict = await judgeAftermath(pool, load.sent, publicKey);
    const figures = { kills: Object.fromEntries(victims.map(({ name, kills: count }) => [name, count])), ...verdict };
    if (!holds(verdict)) throw new Error(`promises broken: ${JSON.stringify(figures, null, 2)}`);
    rmSync(dir, { recursive: true, force: true });
    return figures;
  } catch (error) {
    say(`${readFileSync(workerLog, 'utf8').slice(-4000)}\n${dir} is kept`);
    throw error;
  } finally {
    await pool.end();
    for (const victim of victims) await victim.stop();
  }
});

/** A word or an option that means nothing here would start long work that nobody asked for. */
function refuseUnknown(): void {
  try {
    parseArgs({ options: { kills: { type: 'string' }, json: { type: 'string' } } });
  } catch (error) {
    say(`${(error as Error).message}\nnpm run chaos [-- --kills N] [--json FILE]`);
    process.exit(2);
  }
}

function holds(verdict: Awaited<ReturnType<typeof judgeAftermath>>): boolean {
  return (
    verdict.lost === 0 &&
    verdict.doubled === 0 &&
    verdict.reordered === 0 &&
    verdict.stored === verdict.sent &&
    verdict.logs_verified === verdict.logs &&
    verdict.dead_letters === 0 &&
    verdict.open_gaps === 0
  );
}

async function killAtRandom(victims: Victim[], kills: number, load: Load): Promise<void> {
  const order = victims.flatMap((victim) => Array<Victim>(kills).fill(victim));
  // Fisher and Yates.
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [order[i], order[j]] = [order[j] as Victim, order[i] as Victim];
  }
  for (const [at, victim] of order.entries()) {
    await delay(1_000 + Math.random() * 4_000);
    const began = performance.now();
    await victim.killAndRestart();
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    say(`${at + 1}/${order.length} ${victim.name} killed, up again after ${seconds} s; ${count(load)} sent`);
  }
}

function count(load: Load): number {
  return [...load.sent.values()].reduce((sum, ids) => sum + ids.length, 0);
}

/** Waits until as much is stored as was sent, or until nothing more comes for a minute. */
async function drained(pool: Pool, load: Load): Promise<void> {
  const wanted = count(load);
  say(`${wanted} sent; waiting until they are stored and signed`);
  let seen = -1;
  let since = performance.now();
  while (performance.now() - since < 60_000) {
    const stored = await storedCount(pool).catch(() => seen);
    if (stored >= wanted) break;
    if (stored !== seen) since = performance.now();
    seen = stored;
    await delay(250);
  }
  await delay(3_000);
}

async function storedCount(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ stored: string }>('SELECT coalesce(sum(size), 0) AS stored FROM log');
  return Number(rows[0]?.stored);
}

async function enroll(pool: Pool, { enrolled }: Load): Promise<void> {
  for (const key of enrolled) await enrollKey(pool, key);
}
