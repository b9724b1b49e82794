import { existsSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { openKafka } from '../kafka/client';
import { probeKafka } from '../kafka/probe';
import { type KafkaSettings, kafkaSettings } from '../kafka/settings';
import { kafkaTrouble } from '../kafka/trouble';
import { type Env, EnvError, env } from '../platform/env';
import { printable } from '../platform/printable';
import { defaultStateFolder } from '../sensor/state';
import { createPool } from '../store/pool';
import { probeDatabase } from '../store/probe';

type Finding = { what: string; ok: boolean; says: string; todo?: string };

const maxClockOffsetMs = 2_000;
const minFreeBytes = 1 << 30;

/** Checks all that Custody stands on. Answers exit code 0 where all is well, else 1; each trouble says what to do. */
export async function doctor(): Promise<number> {
  let settings: Env;
  try {
    settings = env();
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    process.stdout.write(
      `environment  ${error.message}\n             -> Set them, or run npm run demo, which brings its own servers.\n`,
    );
    return 1;
  }
  const findings = [
    ...(await checkDatabase(settings)),
    await checkKafka(settings),
    ...checkKeys(settings),
    ...[resolve(settings.CUSTODY_DATA), defaultStateFolder()].map(checkDisk),
  ];
  for (const { what, ok, says, todo } of findings) {
    process.stdout.write(`${ok ? 'ok  ' : 'FAIL'} ${what.padEnd(11)} ${printable(says)}\n`);
    if (!ok && todo) process.stdout.write(`     ${''.padEnd(11)} -> ${todo}\n`);
  }
  return findings.every(({ ok }) => ok) ? 0 : 1;
}

async function checkDatabase(settings: Env): Promise<Finding[]> {
  const pool = createPool(settings.DATABASE_URL, { max: 1, name: 'custody doctor' });
  try {
    const sent = Date.now();
    const probe = await probeDatabase(pool);
    const offset = probe.now - (sent + Date.now()) / 2;
    const wanted = migrationNames();
    const missing = wanted.filter((name) => !probe.applied?.includes(name));
    return [
      {
        what: 'Postgres',
        ok: probe.fsync,
        says: `version ${probe.version}${probe.fsync ? '' : ', fsync is off: a power failure loses events'}`,
        todo: 'Set fsync = on in postgresql.conf.',
      },
      {
        what: 'migrations',
        ok: missing.length === 0 && probe.unfinished.length === 0,
        says:
          probe.unfinished.length > 0
            ? `${probe.unfinished.join(', ')} began and failed`
            : missing.length > 0
              ? `${missing.length} of ${wanted.length} are not applied`
              : `all ${wanted.length} applied`,
        todo:
          probe.unfinished.length > 0
            ? 'Mend what its error says (npm start shows it), then run npm start again.'
            : 'Run npm start, which applies them first.',
      },
      {
        what: 'clocks',
        ok: Math.abs(offset) <= maxClockOffsetMs,
        says: `the database's differs by ${Math.round(offset)} ms`,
        todo: 'Let both machines follow a time server (NTP).',
      },
    ];
  } catch (error) {
    return [{ what: 'Postgres', ok: false, says: reason(error), todo: 'Start it, or mend DATABASE_URL.' }];
  } finally {
    await pool.end();
  }
}

async function checkKafka(settings: Env): Promise<Finding> {
  const what = 'Kafka';
  if (settings.KAFKA_BROKERS.length === 0) {
    return { what, ok: true, says: 'KAFKA_BROKERS is not set: events come in by HTTP alone' };
  }
  let way: KafkaSettings = { brokers: settings.KAFKA_BROKERS };
  try {
    way = kafkaSettings(settings);
    const kafka = await openKafka(way, 'custody-doctor', () => {}, 1);
    const { brokers, partitions } = await probeKafka(kafka, settings.KAFKA_TOPIC);
    return {
      what,
      ok: partitions !== null,
      says: `${brokers} broker${brokers === 1 ? '' : 's'}, topic ${settings.KAFKA_TOPIC} ${partitions === null ? 'is missing' : `with ${partitions} partitions`}`,
      todo: 'Start the worker (npm start), which makes the topic, or make it yourself. Where it is there, this user must be allowed to read it.',
    };
  } catch (error) {
    const { says, todo } = kafkaTrouble(error, way);
    return { what, ok: false, says, todo: todo ?? 'Start it, or mend KAFKA_BROKERS and KAFKA_SSL*, KAFKA_SASL_*.' };
  }
}

function checkKeys(settings: Env): Finding[] {
  const folders = [join(resolve(settings.CUSTODY_DATA), 'keys'), defaultStateFolder()];
  const files = folders.flatMap((folder) =>
    existsSync(folder)
      ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
          .filter((name) => /\.(pem|key)$/.test(name))
          .map((name) => join(folder, name))
      : [],
  );
  const open = files.filter((file) => (statSync(file).mode & 0o077) !== 0);
  return [
    {
      what: 'keys',
      ok: open.length === 0,
      says:
        open.length === 0
          ? `${files.length} private keys, readable by their owner alone`
          : `others can read ${open.join(', ')}`,
      todo: 'chmod 600 these files; where others may have read one, make a new key and revoke the old (custody key revoke).',
    },
  ];
}

function checkDisk(folder: string): Finding {
  let there = folder;
  while (!existsSync(there)) there = dirname(there);
  const { bavail, bsize } = statfsSync(there);
  const free = bavail * bsize;
  return {
    what: 'disk',
    ok: free >= minFreeBytes,
    says: `${(free / 2 ** 30).toFixed(1)} GiB free for ${folder}`,
    todo: 'Free some room: without it nothing can be stored or spooled.',
  };
}

const migrationNames = (): string[] =>
  existsSync('prisma/migrations')
    ? readdirSync('prisma/migrations', { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name)
    : [];

/** Node hides why a connection failed in an AggregateError's parts. */
function reason(error: unknown): string {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first.message : String(first);
}
