// The first step of every npm script, in plain JavaScript without dependencies, because it installs them.
// It sees to Node's version, to node_modules, to what is made from sources, and hands over to the command.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const commands = {
  demo: 'lib/embedded/demo.ts',
  dev: 'lib/embedded/dev.ts',
  start: 'lib/embedded/start.ts',
  build: 'lib/embedded/build.ts',
  test: 'test/run.ts',
  verify: 'test/verify.ts',
  chaos: 'test/chaos/main.ts',
  bench: 'test/bench/main.ts',
};

const [major, minor] = process.versions.node.split('.').map(Number);
const [command, ...args] = process.argv.slice(2);
process.chdir(root);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`Custody needs Node 20.19 or newer; this is ${process.versions.node}.`);
} else if (!Object.hasOwn(commands, command)) {
  fail(`Unknown command ${command}: ${Object.keys(commands).join(', ')}.`);
} else {
  run().catch((error) => fail(error.message));
}

async function run() {
  const reason = installNeeded();
  if (reason) await install(reason);
  const { prepare } = await import('./prepare.mjs');
  const started = Date.now();
  if (await prepare()) say(`Prepared the database client and the command line (${seconds(started)})`);

  const { register } = await import('tsx/esm/api');
  register();
  process.argv.splice(1, process.argv.length - 1, join(root, commands[command]), ...args);
  await import(pathToFileURL(join(root, commands[command])).href);
}

/** Why the packages must be installed, or null. Compared by content: times of files say nothing after a clone. */
function installNeeded() {
  const installedFile = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installedFile)) return 'no packages yet';
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  for (const [path, { version, optional, peer }] of Object.entries(wanted)) {
    if (path === '' || optional || peer) continue;
    if (installed[path]?.version !== version) return `${path.replace(/^.*node_modules\//, '')} is not at ${version}`;
  }
  return null;
}

async function install(reason) {
  say(`Installing packages with npm ci (${reason}); a minute or two the first time`);
  const started = Date.now();
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const [command, ...args] = [...npm, 'ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  // An npm that is told to stop goes on for minutes, and then clears away what the next start installs: the keeper ends it.
  const kept = { command, args, cwd: root, stopSignal: 'SIGTERM', graceMs: 1000 };
  const child = spawn(process.execPath, [join(root, 'lib/embedded/keeper.mjs'), JSON.stringify(kept)], {
    stdio: ['ignore', 2, 2, 'ipc'],
    detached: true,
    // Development packages too: the scenario and the tests are made of them.
    env: { ...process.env, NODE_ENV: '' },
  });
  const ticking = setInterval(() => say(`  still installing, ${seconds(started)}`), 15_000);
  const code = await new Promise((done, failed) => {
    child.once('error', failed).once('exit', done);
    child.on('message', ({ error, code }) => {
      if (error) failed(new Error(`${command}: ${error}`));
      else if (code !== undefined) done(code);
    });
  });
  clearInterval(ticking);
  if (code !== 0) throw new Error('npm ci failed: its reason stands above. Mend it and run the command again.');
  say(`Installed packages (${seconds(started)})`);
}

function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

function fail(line) {
  say(line);
  process.exitCode = 1;
}
