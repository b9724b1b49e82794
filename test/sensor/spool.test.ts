import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSpool, type Spool } from '@/lib/sensor/spool';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spool-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const texts = (spool: Spool, lines = 1000) => spool.read(lines, 1 << 20)?.lines.map(String) ?? [];
const acknowledge = (spool: Spool, lines: number) => {
  const batch = spool.read(lines, 1 << 20);
  if (batch) spool.acknowledge(batch.upTo);
};
const line = (n: number) => `{"n":${n}}`;

describe('spool', () => {
  test('gives lines back in order until they are acknowledged, also after it was opened anew', () => {
    const spool = openSpool(folder, 1 << 20);
    spool.append([line(1), line(2), line(3)]);
    expect(texts(spool, 2)).toEqual([line(1), line(2)]);
    acknowledge(spool, 2);
    spool.close();
    const again = openSpool(folder, 1 << 20);
    expect(texts(again)).toEqual([line(3)]);
    expect(again.waiting()).toBe(line(3).length + 1);
    acknowledge(again, 9);
    expect(again.read(9, 100)).toBeNull();
    expect(again.lastLine()).toBe(line(3));
    again.close();
  });

  test('takes away a line that a crash cut short', () => {
    openSpool(folder, 1 << 20).append([line(1)]);
    appendFileSync(join(folder, '0000000000.ndjson'), '{"n":2,"half');
    const spool = openSpool(folder, 1 << 20);
    expect(spool.lastLine()).toBe(line(1));
    spool.append([line(3)]);
    expect(texts(spool)).toEqual([line(1), line(3)]);
    spool.close();
  });

  test('refuses what does not fit, and takes it again when there is room', () => {
    const spool = openSpool(folder, 30);
    expect(spool.append([line(1), line(2)])).toBe(true);
    expect(spool.append(['x'.repeat(30)])).toBe(false);
    expect(texts(spool)).toEqual([line(1), line(2)]);
    acknowledge(spool, 9);
    expect(spool.append([line(3)])).toBe(true);
    expect(texts(spool)).toEqual([line(3)]);
    spool.close();
  });

  test('deletes files whose lines are all acknowledged, but never the newest line', () => {
    const spool = openSpool(folder, 1 << 20, 20);
    for (let n = 0; n < 20; n++) spool.append([line(n)]);
    expect(readdirSync(folder).filter((name) => name.endsWith('.ndjson')).length).toBeGreaterThan(3);
    for (let n = 0; n < 20; n++) {
      expect(texts(spool, 1)).toEqual([line(n)]);
      acknowledge(spool, 1);
    }
    expect(readdirSync(folder).filter((name) => name.endsWith('.ndjson'))).toHaveLength(1);
    spool.close();
    expect(openSpool(folder, 1 << 20).lastLine()).toBe(line(19));
  });

  test('a line longer than a batch may be comes alone', () => {
    const spool = openSpool(folder, 1 << 20);
    const long = JSON.stringify('x'.repeat(5000));
    spool.append([long, line(1)]);
    expect(spool.read(10, 100)?.lines.map(String)).toEqual([long]);
    spool.close();
  });

  test('only its owner can read it', () => {
    openSpool(join(folder, 'spool'), 1 << 20).close();
    expect(statSync(join(folder, 'spool')).mode & 0o077).toBe(0);
    for (const name of readdirSync(join(folder, 'spool'))) {
      expect(statSync(join(folder, 'spool', name)).mode & 0o077).toBe(0);
    }
  });
});
