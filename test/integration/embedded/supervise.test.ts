import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startKept } from '@/lib/embedded/kept';
import { supervise } from '@/lib/embedded/supervise';

test('a process that ends by itself is started again, and stays stopped once it is told to stop', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'custody-supervise-'));
  const file = join(dir, 'starts');
  const program = `require('fs').appendFileSync(${JSON.stringify(file)}, 'x'); setTimeout(() => process.exit(3), 50)`;
  writeFileSync(file, '');
  const starts = () => readFileSync(file, 'utf8').length;
  const said: string[] = [];
  const it = await supervise('It', { command: process.execPath, args: ['-e', program] }, (line) => said.push(line));
  while (starts() < 2) await sleep(50);
  await it.stop();
  const atStop = starts();
  await sleep(1500);
  expect(starts()).toBe(atStop);
  expect(said[0]).toContain('It ended (exit code 3)');
  rmSync(dir, { recursive: true });
});

test('a process that ignores the polite signal is killed after its grace', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'custody-supervise-'));
  const logFile = join(dir, 'log');
  writeFileSync(logFile, '');
  const program = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.error('up')`;
  const kept = await startKept({
    command: process.execPath,
    args: ['-e', program],
    graceMs: 300,
    logFile,
  });
  while (!readFileSync(logFile, 'utf8').includes('up')) await sleep(20);
  await kept.stop();
  expect(await kept.ended).toBe('ended by SIGKILL');
  rmSync(dir, { recursive: true });
});

test('a command that is not there is an error that names it', async () => {
  await expect(startKept({ command: '/nowhere/at-all', args: [] })).rejects.toThrow('/nowhere/at-all');
});
