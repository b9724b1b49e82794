import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleBundle, sampleConsole, sampleLog } from './sample-bundle';
import { isNamed, judge, linesOf, rememberingCrypto, withNewEnd } from './tamper';

const crypto = rememberingCrypto();
const logs = [sampleConsole(), sampleLog(6, { batch: 3, textLength: 4 })];
const logKeys = logs.map(({ key }) => key);
const choose = ({ kind }: { kind: string }, index: number) => (kind === 'console' ? index % 2 === 1 : index !== 2);

/** 100,000 in all. Each change is another one, or is passed over where it happens to change nothing. */
const numRuns = 25_000;
/** Half a minute each by itself; two cores that do other work too take far longer. */
const slow = 300_000;

const place = fc.nat(1_000_000);

describe('of 100,000 random changes none is missed', () => {
  it('where bytes are changed, put in or taken out, up to eight at once', { timeout: slow }, async () => {
    const good = Buffer.from(await sampleBundle({ logs, choose }));
    const change = fc.record({ at: place, kind: fc.constantFrom('set', 'in', 'out'), byte: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
        let bytes = Buffer.from(good);
        for (const { at, kind, byte } of changes) {
          const here = at % bytes.length;
          if (kind === 'set') bytes[here] = byte;
          else if (kind === 'in')
            bytes = Buffer.concat([bytes.subarray(0, here), Buffer.of(byte), bytes.subarray(here)]);
          else bytes = Buffer.concat([bytes.subarray(0, here), bytes.subarray(here + 1)]);
        }
        return bytes.equals(good) || isNamed(await judge(crypto, bytes, logKeys));
      }),
      { numRuns },
    );
  });

  it('where one byte of an entry, a hash or a checkpoint is changed, and the end is made anew', {
    timeout: slow,
  }, async () => {
    const lines = linesOf(await sampleBundle({ logs, choose }));
    expect(isNamed(await judge(crypto, withNewEnd(lines), logKeys))).toBe(false);
    await fc.assert(
      fc.asyncProperty(place, place, fc.integer({ min: 1, max: 255 }), async (which, at, flip) => {
        const n = 1 + (which % (lines.length - 1));
        const bytes = Buffer.from(lines[n] as string, 'latin1');
        const here = at % bytes.length;
        bytes[here] = (bytes[here] as number) ^ flip;
        return isNamed(await judge(crypto, withNewEnd(lines.with(n, bytes.toString('latin1'))), logKeys));
      }),
      { numRuns },
    );
  });

  it('where rows are dropped, repeated or swapped, and the end is made anew', { timeout: slow }, async () => {
    const lines = linesOf(await sampleBundle({ logs, whole: true }));
    const change = fc.record({ kind: fc.constantFrom('drop', 'repeat', 'swap', 'move'), a: place, b: place });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        let rows = lines;
        for (const { kind, a, b } of changes) {
          // The header is what makes it a bundle; checkpoints may stand in any order, and more than once.
          const rowOf = (at: number) => first + (at % Math.max(1, rows.length - first));
          const [from, to] = [rowOf(a), rowOf(b)];
          const row = rows[from] as string;
          if (kind === 'drop') rows = rows.toSpliced(from, 1);
          else if (kind === 'repeat') rows = rows.toSpliced(to, 0, row);
          else if (kind === 'swap') rows = rows.with(from, rows[to] as string).with(to, row);
          else rows = rows.toSpliced(from, 1).toSpliced(to, 0, row);
        }
        return rows.join('\n') === lines.join('\n') || isNamed(await judge(crypto, withNewEnd(rows), logKeys));
      }),
      { numRuns },
    );
  });

  const first = 1 + logs.reduce((sum, { notes }) => sum + notes.length, 0);

  it('where an entry of one log is put in the place of another, with its own leaf', { timeout: slow }, async () => {
    const lines = linesOf(await sampleBundle({ logs, whole: true }));
    const other = linesOf(
      await sampleBundle({ logs: [logs[0] as never, sampleLog(6, { batch: 3, textLength: 9 })], whole: true }),
    );
    await fc.assert(
      fc.asyncProperty(place, place, async (a, b) => {
        const [from, to] = [first + (a % (other.length - first)), first + (b % (lines.length - first))];
        const rows = lines.with(to, other[from] as string);
        return rows.join('\n') === lines.join('\n') || isNamed(await judge(crypto, withNewEnd(rows), logKeys));
      }),
      { numRuns },
    );
  });
});

describe('what is missing, doubled or moved', () => {
  it.each([
    [
      'dropped',
      (rows: string[], n: number) => rows.toSpliced(n, 1),
      /^before this line entry 3 of the log should stand/,
    ],
    ['repeated', (rows: string[], n: number) => rows.toSpliced(n, 0, rows[n] as string), /^entry 3 stands here again/],
    [
      'swapped',
      (rows: string[], n: number) => rows.with(n, rows[n + 1] as string).with(n + 1, rows[n] as string),
      /^before this line entry 3|^entry 3 stands behind entry 4/,
    ],
  ])('is named by its line, its log and its index: %s', async (_, change, reason) => {
    const lines = linesOf(await sampleBundle({ logs, whole: true }));
    const n = lines.findIndex((line) => line.includes('"index":3,') && line.includes('"log":2,'));
    const report = await judge(crypto, withNewEnd(change(lines, n)), logKeys);
    if (typeof report === 'string') throw new Error(report);
    expect(report.problems[0]?.where).toBe('custody.local/test/http 3');
    expect(report.problems[0]?.reason).toMatch(reason);
    expect(Math.abs((report.problems[0]?.line ?? 0) - (n + 1))).toBeLessThanOrEqual(1);
  });
});
