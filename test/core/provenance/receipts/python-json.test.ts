import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { pythonFloat, pythonSpellings } from '@/lib/core/provenance/receipts/python-json';

describe('JSON as Python writes it', () => {
  it.each([
    [1, '1.0'],
    [-0, '-0.0'],
    [0.1, '0.1'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [1.5e22, '1.5e+22'],
    [1e-4, '0.0001'],
    [1.5e-5, '1.5e-05'],
    [1e-7, '1e-07'],
    [5e-324, '5e-324'],
    [1795285225.4706423, '1795285225.4706423'],
  ])('%d is %s', (value, text) => expect(pythonFloat(value)).toBe(text));

  it('tries each whole number in both spellings', () => {
    expect(pythonSpellings({ b: 2, a: [1] })).toEqual([
      '{"a": [1], "b": 2}',
      '{"a": [1.0], "b": 2}',
      '{"a": [1], "b": 2.0}',
      '{"a": [1.0], "b": 2.0}',
    ]);
  });

  it('gives up where there are too many to try, or they are too long', () => {
    expect(pythonSpellings({ a: [1, 2, 3, 4, 5, 6, 7, 8, 9] })).toBeNull();
    expect(pythonSpellings({ a: [1, 2, 3, 4, 5, 6, 7, 8], b: 'x'.repeat(100_000) })).toBeNull();
    expect(pythonSpellings({ a: 'x'.repeat(1_000_000) })).toHaveLength(1);
  });

  it('escapes as Python does', ({ skip }) => {
    const value = {
      é: 'a\u007f\u0080\u2028\u{1f512}"\\\n\u0001/<>&',
      z: { b: true, a: null },
      n: [0.1, 1e-7, 1.5e-300],
    };
    const run = spawnSync(
      'python3',
      ['-c', 'import json,sys; print(json.dumps(json.load(sys.stdin), sort_keys=True), end="")'],
      {
        input: JSON.stringify(value),
        encoding: 'utf8',
      },
    );
    if (run.error) skip('Python is not installed here');
    expect(pythonSpellings(value)?.[0]).toBe(run.stdout);
  });
});
