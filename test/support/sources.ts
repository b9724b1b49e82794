import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Import {
  /** As written. */
  specifier: string;
  /** Path of the file from the project's root, for one of ours. */
  file: string | null;
  typeOnly: boolean;
}
export interface Source {
  path: string;
  /** Without comment lines. */
  code: string;
  imports: Import[];
}

const statement =
  /^\s*(?:import|export)\s+(type\s)?[^'"`;]*?from\s*'([^']+)'|^\s*import\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm;

/** The project's own sources below the folders (or the files themselves), with what they import. */
export function readSources(...places: string[]): Source[] {
  return places.flatMap((place) => filesOf(place)).map(readSource);
}

function filesOf(place: string): string[] {
  if (!existsSync(place)) return [];
  if (statSync(place).isFile()) return [place];
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|tsx|mjs)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.startsWith('lib/store/generated/'))
    .sort();
}

function readSource(path: string): Source {
  const code = readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => (/^\s*(\/\/|\/?\*)/.test(line) ? '' : line))
    .join('\n');
  const imports = [...code.matchAll(statement)].map(([, type, from, bare, dynamic]) => {
    const specifier = from ?? bare ?? dynamic ?? '';
    return { specifier, file: resolveOwn(path, specifier), typeOnly: type !== undefined };
  });
  return { path, code, imports };
}

function resolveOwn(from: string, specifier: string): string | null {
  if (!/^(\.|@\/)/.test(specifier)) return null;
  const base = specifier.startsWith('@/') ? specifier.slice(2) : join(dirname(from), specifier);
  const candidates = [base, `${base}.ts`, `${base}.tsx`, `${base}.mjs`, join(base, 'index.ts')];
  return candidates.find((path) => existsSync(path) && statSync(path).isFile()) ?? base;
}
