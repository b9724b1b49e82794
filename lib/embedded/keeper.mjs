// Runs one server and outlives nobody: when the process that started us is gone, even by kill -9, so is the server.
// It is started in a process group of its own, so that Ctrl-C in the terminal reaches the parent alone, which then stops things in order.
import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';

const { command, args, cwd, uid, gid, stopSignal, graceMs, pidFile } = JSON.parse(process.argv[2]);

const child = spawn(command, args, { cwd, uid, gid, stdio: ['ignore', 'inherit', 'inherit'] });
let stopping = false;

child.once('spawn', () => {
  if (pidFile) writeFileSync(pidFile, JSON.stringify({ keeper: process.pid, child: child.pid, command }));
  tell({ pid: child.pid });
});
child.once('error', (error) => finish({ error: error.message }));
child.once('exit', (code, signal) => finish({ code, signal }));

process.on('message', stop);
process.on('disconnect', stop);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, stop);

function stop() {
  if (stopping) return;
  stopping = true;
  child.kill(stopSignal);
  setTimeout(() => child.kill('SIGKILL'), graceMs).unref();
}

function tell(message) {
  if (process.connected) process.send(message, () => {});
}

function finish(message) {
  if (pidFile) rmSync(pidFile, { force: true });
  if (!process.connected) process.exit(0);
  process.send(message, () => process.exit(0));
}
