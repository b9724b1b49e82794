import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';

test('a line of the log is one line of JSON, and no terminal obeys what stands in it', () => {
  const hostile = 'a\n\u001b[2J\u009b31m\u202e\u{e0041}\u2028"\\';
  const tsx = createRequire(import.meta.url).resolve('tsx/cli');
  const program = `import { logger } from './lib/platform/log';
    logger('test').error({ err: new Error(process.argv[1]), tool: process.argv[1] }, process.argv[1]);`;
  const { stderr } = spawnSync(process.execPath, [tsx, '--eval', program, hostile], {
    encoding: 'utf8',
    env: { ...process.env, LOG_LEVEL: 'info', DATABASE_URL: 'postgresql://nowhere/x' },
  });
  const lines = stderr.trim().split('\n');
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: hostile, tool: hostile, err: { message: hostile } });
});
