import { expect, test } from 'vitest';
import { tileOf } from '@/lib/services/log-parameters';

test.each([
  ['0/000', 256, { level: 0, index: 0, width: 256 }],
  ['0/001.p/1', 257, { level: 0, index: 1, width: 1 }],
  ['1/000.p/3', 3 * 256, { level: 1, index: 0, width: 3 }],
  ['0/x001/234', 1235 * 256, { level: 0, index: 1234, width: 256 }],
  ['0/x001/x234/067', 1234068 * 256, { level: 0, index: 1234067, width: 256 }],
  ['0/000', 255, null],
  ['0/001.p/2', 257, null],
  ['0/000.p/256', 256, null],
  ['0/000.p/0', 256, null],
  ['0/x000/001', 512, null],
  ['0/1', 512, null],
  ['64/000', 512, null],
  ['0/000/../001', 512, null],
  ['0/000', 0, null],
])('%s of a tree of %i leaves', (path, size, expected) => {
  expect(tileOf(path, size)).toEqual(expected);
});
