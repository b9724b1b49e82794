import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Locked {
  version?: string;
  resolved?: string;
  optionalDependencies?: Record<string, string>;
}
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Locked> };

// `npm ci` refuses a lock that lacks the binaries of other platforms, which npm forgets where it cannot fetch them.
test('the lock names the binaries of every platform', () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !isLocked(path, name))
      .map((name) => `${path}: ${name}`),
  );
  expect(missing).toEqual([]);
});

test('the lock names no registry', () => {
  expect(Object.entries(packages).flatMap(([path, { resolved }]) => (resolved ? [path] : []))).toEqual([]);
});

/** As Node looks: beside the package that asks, then further up. */
function isLocked(from: string, name: string): boolean {
  for (let place = from; ; place = place.slice(0, Math.max(0, place.lastIndexOf('/node_modules/')))) {
    if (packages[`${place && `${place}/`}node_modules/${name}`]) return true;
    if (place === '') return false;
  }
}
