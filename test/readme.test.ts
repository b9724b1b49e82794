import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

// What the words name must exist: commands, files and variables.
const documents = [
  'README.md',
  ...(existsSync('docs') ? readdirSync('docs').map((name) => join('docs', name)) : []),
].filter((path) => path.endsWith('.md'));
const tracked = new Set(execFileSync('git', ['ls-files'], { encoding: 'utf8' }).split('\n'));
const known = (path: string) => tracked.has(path) || [...tracked].some((file) => file.startsWith(`${path}/`));

describe.each(documents)('%s', (document) => {
  const text = readFileSync(document, 'utf8');
  const quoted = [...text.matchAll(/`([^`\n]+)`/g)].map(([, words]) => words ?? '');
  const code = [...quoted, ...[...text.matchAll(/```\w*\n([\s\S]*?)```/g)].map(([, block]) => block ?? '')].join('\n');

  test('names npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    for (const [, script] of code.matchAll(/npm run ([\w:-]+)/g)) expect(Object.keys(scripts)).toContain(script);
    if (/npm test/.test(code)) expect(scripts).toHaveProperty('test');
    if (/npm start/.test(code)) expect(scripts).toHaveProperty('start');
  });

  test('names commands of custody that exist', () => {
    const main = readFileSync('lib/cli/main.ts', 'utf8');
    const commands = [...main.matchAll(/\.command\('([\w-]+)/g)].map(([, name]) => name);
    for (const [, name] of code.matchAll(/\bcustody ([a-z]+)\b/g)) expect(commands).toContain(name);
  });

  test('names files that exist', () => {
    const places = /^(app|components|docs|lib|prisma|test)\/[\w./()[\]-]+$|^[\w-]+\.(yml|md|json|ts)$|^Dockerfile$/;
    const missing = quoted.filter((words) => places.test(words) && !known(words));
    expect(missing).toEqual([]);
  });

  test('links to files that exist', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) =>
      join(dirname(document), path ?? ''),
    );
    expect(links.filter((path) => !existsSync(path))).toEqual([]);
  });
});

test('the README and the environment name the same variables', () => {
  const readme = readFileSync('README.md', 'utf8');
  const env = readFileSync('lib/platform/env.ts', 'utf8');
  const compose = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as {
    services: { web: { environment: Record<string, unknown> } };
  };
  const inCode = [...env.matchAll(/^\s+([A-Z][A-Z_]+): /gm)]
    .map(([, name]) => name ?? '')
    .filter((name) => name !== 'NODE_ENV');
  expect(inCode.length).toBeGreaterThan(20);
  expect(inCode.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  // Read before there is an environment to parse: where the data and the jars are, and where to listen.
  const early = ['CUSTODY_CACHE', 'CUSTODY_HOST', 'CUSTODY_API_KEY'];
  const table = [...readme.matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)].map(([, name]) => name ?? '');
  expect(table.filter((name) => !inCode.includes(name) && !early.includes(name))).toEqual([]);
  expect(Object.keys(compose.services.web.environment).filter((name) => !inCode.includes(name))).toEqual([]);
});
