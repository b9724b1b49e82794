import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { clearStale } from './kept';
import { postgresBinaries, reachableDataDir } from './postgres-binaries';

/** The folder of the embedded servers' data and of what was made up for this installation. */
export function dataDir(): string {
  return resolve(process.env.CUSTODY_DATA || '.custody');
}

/** A secret of this installation, made at the first call and kept in a file that only its owner reads. */
export function keptSecret(name: string): string {
  const file = join(dataDir(), `${name}.secret`);
  if (!existsSync(file)) {
    mkdirSync(dataDir(), { recursive: true });
    writeFileSync(file, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
  }
  return readFileSync(file, 'utf8').trim();
}

/**
 * Throws the embedded data away: only what Custody itself put there, as the folder may be one of somebody's choosing.
 * Throws when a running Custody uses it.
 */
export async function discardData(): Promise<void> {
  const postgres = reachableDataDir(join(dataDir(), 'postgres'), postgresBinaries().owner);
  const kafka = join(dataDir(), 'kafka');
  await clearStale(`${postgres}.pid`, 'the Postgres');
  await clearStale(`${kafka}.pid`, 'the Kafka');
  for (const server of [postgres, kafka]) {
    for (const suffix of ['', '.new', '.log', '.password']) rmSync(server + suffix, { recursive: true, force: true });
  }
  for (const name of ['keys', 'sensors', 'scenario', 'demo-played']) {
    rmSync(join(dataDir(), name), { recursive: true, force: true });
  }
}
