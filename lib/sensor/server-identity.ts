import { hash } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { canonicalJson } from '../core/event/canonical';

/** `stdio:<name>:<command hash>`: the same program with the same arguments is the same server. */
export function stdioServer(command: string, args: string[], name?: string): { id: string; command_hash: string } {
  const commandHash = hash('sha256', canonicalJson([command, ...args]));
  return { id: `stdio:${name ?? commandName(command, args)}:${commandHash.slice(0, 12)}`, command_hash: commandHash };
}

export const httpServer = (upstream: URL): { id: string; url: string } => ({
  id: upstream.origin,
  url: `${upstream.origin}${upstream.pathname}`,
});

const launchers = /^(npx|node|nodejs|bun|bunx|deno|uvx|uv|python3?|docker|podman|pnpm|npm|yarn|tsx)$/;
const generic = /^(index|main|server|cli|start|dist|build|src|bin|lib|out|-)$/;

/** What a person would call the server: the program, or what its launcher is told to start. */
export function commandName(command: string, args: string[]): string {
  const words = launchers.test(stem(command)) ? args.filter((word) => !word.startsWith('-')) : [command];
  // What looks like a file or a package, and not like the value of an option.
  const subject = words.find((word) => /[\\/]|\.(m?[jt]sx?|cjs|py|jar)$/.test(word)) ?? words.find(notVerb) ?? command;
  let path = subject;
  while (generic.test(stem(path)) && dirname(path) !== path && dirname(path) !== '.') path = dirname(path);
  return (
    stem(path)
      .replace(/[^A-Za-z0-9._-]/g, '-')
      .slice(0, 80) || 'server'
  );
}

const notVerb = (word: string): boolean => !/^(run|exec|x|dlx|tool)$/.test(word);

const stem = (path: string): string =>
  basename(path)
    .replace(/@[\d.]+$|@latest$/, '')
    .replace(/\.(m?[jt]s|cjs|py|exe|sh)$/, '');
