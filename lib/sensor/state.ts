import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';

/** What one sensor keeps on disk: its key, its spool, and the lock that says a process uses it. */
export interface SensorState {
  folder: string;
  /** Last part of the source's name. */
  instance: string;
  privateKey: KeyObject;
  /** Shared by all sensors of this folder, so that a secret seen by two of them is recognised. */
  fingerprintKey: Buffer;
  unlock(): void;
}

export const defaultStateFolder = (): string => join(homedir(), '.local', 'state', 'custody');

/** `<host>-<name>` in the characters that a source's name may have. */
export const instanceName = (name: string): string =>
  `${hostname()}-${name}`
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 120);

export const sourceOf = (tenant: string, instance: string): string => `urn:mcp:src:${tenant}:tap:${instance}`;

/**
 * Opens the first free state of this instance: `<instance>`, and where another process uses that, `<instance>-2` ...
 * Each has its own key and chain, because two processes can't write one chain. Throws where the folder can't be written.
 */
export function openState(root: string, instance: string): SensorState {
  for (let n = 1; n <= 1000; n++) {
    const name = n === 1 ? instance : `${instance}-${n}`;
    const folder = join(root, name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const unlock = lock(folder);
    if (!unlock) continue;
    return {
      folder,
      instance: name,
      privateKey: readKey(join(folder, 'key.pem')),
      fingerprintKey: readFingerprintKey(join(root, 'fingerprint.key')),
      unlock,
    };
  }
  throw new Error(`1000 sensors named ${instance} run already; give this one a name with --instance`);
}

/** The sensor's Ed25519 key, made at the first call; only its owner can read the file. */
export function readKey(path: string): KeyObject {
  return createPrivateKey(
    readOrMake(path, () =>
      generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    ),
  );
}

const readFingerprintKey = (path: string): Buffer =>
  Buffer.from(readOrMake(path, () => `${randomBytes(32).toString('hex')}\n`).trim(), 'hex');

/** Two processes that make the same file at once end up with one of the two contents, the same for both. */
function readOrMake(path: string, make: () => string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, make(), { mode: 0o600, flush: true });
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(path, 'utf8');
}

/** Null where a living process holds it. The lock of a dead one is taken over. */
export function lock(folder: string): (() => void) | null {
  const path = join(folder, 'lock');
  const mine = join(folder, `lock.${process.pid}.${randomBytes(4).toString('hex')}`);
  writeFileSync(mine, String(process.pid), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        linkSync(mine, path);
        return () => rmSync(path, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      if (isAlive(holderOf(path))) return null;
      // Renamed and looked at again, so that a lock that another process took just now isn't removed for a dead one.
      const taken = `${mine}.old`;
      try {
        renameSync(path, taken);
      } catch {
        continue;
      }
      if (isAlive(holderOf(taken))) renameSync(taken, path);
      else rmSync(taken, { force: true });
    }
    return null;
  } finally {
    rmSync(mine, { force: true });
  }
}

function holderOf(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return 0;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
