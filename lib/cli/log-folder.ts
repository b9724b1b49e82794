import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** One log as static files (c2sp.org/tlog-tiles), and beside them what a reader without us needs. */
export const logFiles = {
  checkpoint: 'checkpoint',
  /** Verifier key of the log, one line. */
  key: 'log.key',
  /** Stretches of entries that retention took away: first and last, one a line. */
  pruned: 'pruned',
  /** `<size>.txt`: a checkpoint's text; `<size>.token`: RFC 3161 token over it. */
  timestamps: 'timestamps',
} as const;

/** Writes a file whole, or not at all: whoever reads the folder meanwhile never sees half of one. */
export function writeWhole(path: string, content: Uint8Array | string): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.part`;
  writeFileSync(draft, content, { flush: true });
  renameSync(draft, path);
}

/** Takes away what an export that was killed left half written. */
export function removeDrafts(dir: string): void {
  if (!existsSync(dir)) return;
  for (const path of filesBelow(dir)) if (/\.\d+\.part$/.test(path)) rmSync(join(dir, path));
}

/** The file's bytes, or null where there is none. */
export function readIfThere(path: string): Uint8Array | null {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

export const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

/** Folders with a checkpoint, in the folder itself or one below; by name. */
export function logFoldersIn(dir: string): string[] {
  if (isThere(join(dir, logFiles.checkpoint))) return [dir];
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isThere(join(dir, entry.name, logFiles.checkpoint)))
    .map(({ name }) => join(dir, name))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** Paths of all files below, relative and with slashes. */
export function* filesBelow(dir: string, top = dir): Generator<string> {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path, top);
    else yield relative(top, path).split(sep).join('/');
  }
}
