import { expect, test } from 'vitest';
import { localPath } from '@/lib/auth/local-path';

test.each([
  ['/alerts?view=all&q=a%20b', '/alerts?view=all&q=a%20b'],
  ['http://localhost:3000/events/1', '/events/1'],
  ['/', '/'],
  ['/signing', '/signing'],
])('%s is a path of this site', (address, path) => {
  expect(localPath(address)).toBe(path);
});

test.each([
  undefined,
  '',
  'alerts',
  '//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  '/\r\n/evil.example',
  '\t//evil.example',
  'https:///evil.example',
  'https://a.example\\@evil.example',
  'https://evil.example',
  'http://localhost:3000//evil.example',
  '/..//evil.example',
  '/./\t/evil.example',
  'javascript:alert(1)',
  '/signin?callbackUrl=/x',
  '/\tsignin',
])('%j is not followed', (address) => {
  expect(localPath(address)).toBe('/overview');
});
