import { describe, expect, test } from 'vitest';
import { readSources, type Source } from './support/sources';

const sources = readSources('lib', 'app', 'components', 'proxy.ts', 'instrumentation.ts', 'next.config.ts');

// What a folder may import, besides itself. The way is one way only: what stands further down may use what stands above it.
const mayImport: Record<string, string[]> = {
  core: [],
  platform: ['core'],
  store: ['core', 'platform'],
  kafka: ['core', 'platform'],
  outputs: ['core', 'platform'],
  services: ['core', 'platform', 'store', 'kafka', 'outputs'],
  auth: ['core', 'platform', 'store', 'services'],
  sensor: ['core', 'platform', 'kafka'],
  worker: ['core', 'platform', 'store', 'kafka', 'outputs', 'services'],
  cli: ['core', 'platform', 'store', 'kafka', 'outputs', 'services', 'sensor'],
  // The demo plays test/scenario.
  embedded: ['core', 'platform', 'store', 'kafka', 'services', 'test'],
  // The page of a bundle, which runs by itself.
  page: ['core'],
  components: ['core'],
  app: ['core', 'platform', 'store', 'kafka', 'services', 'auth', 'components'],
};

// Each of these packages is touched by one folder alone; its types may travel.
const onlyImporter: [packages: RegExp, folder: string][] = [
  [/^(@prisma\/.*|pg|pg-copy-streams)$/, 'lib/store/'],
  [/^kafkajs(-.*)?$/, 'lib/kafka/'],
  [/^@tremor\/react$/, 'components/charts/'],
];

const layerOf = (path: string): string =>
  (path.startsWith('lib/') ? (path.split('/')[1] ?? '') : path.split('/')[0]?.replace(/^.*\..*$/, 'app')) ?? '';
const complaints = (find: (source: Source) => string[]): string[] =>
  sources.flatMap((source) => find(source).map((what) => `${source.path}: ${what}`));

describe('imports', () => {
  test('every folder has its place in the map', () => {
    const known = new Set(Object.keys(mayImport));
    expect(complaints(({ path }) => (known.has(layerOf(path)) ? [] : [`${layerOf(path)} is not in the map`]))).toEqual(
      [],
    );
  });

  test('run one way', () => {
    const wrong = complaints((source) => {
      const from = layerOf(source.path);
      const allowed = new Set([from, ...(mayImport[from] ?? [])]);
      return source.imports.flatMap(({ file }) =>
        file && !allowed.has(layerOf(file)) ? [`may not import ${file}`] : [],
      );
    });
    expect(wrong).toEqual([]);
  });

  test('name files that exist', () => {
    const missing = complaints((source) =>
      source.imports.flatMap(({ file }) =>
        file && !/\.\w+$/.test(file) && !file.startsWith('lib/store/generated/')
          ? [`imports ${file}, which is not there`]
          : [],
      ),
    );
    expect(missing).toEqual([]);
  });

  test('have no cycle', () => {
    const graph = new Map(
      sources.map(({ path, imports }) => [
        path,
        imports.flatMap(({ file, typeOnly }) => (file && !typeOnly ? [file] : [])),
      ]),
    );
    expect(findCycles(graph)).toEqual([]);
  });

  test.each(onlyImporter)('%s is imported by %s alone', (packages, folder) => {
    const wrong = complaints((source) =>
      source.path.startsWith(folder)
        ? []
        : source.imports.flatMap(({ specifier, typeOnly }) =>
            packages.test(specifier) && !typeOnly ? [`imports ${specifier}`] : [],
          ),
    );
    expect(wrong).toEqual([]);
  });

  test('need no barrel files', () => {
    expect(complaints(({ code }) => (/^export \* from/m.test(code) ? ['re-exports another file'] : []))).toEqual([]);
  });
});

test('the core is pure: no I/O, clock, randomness, environment, Node or React', () => {
  const impure =
    /\b(Date\.now\(|new Date\(\)|Math\.random|performance\.|process\.|crypto\.(random|getRandom|subtle)|fetch\(|setTimeout|setInterval|setImmediate|console\.|globalThis)/;
  const wrong = complaints((source) => {
    if (layerOf(source.path) !== 'core') return [];
    const found = source.imports.filter(({ specifier }) => /^(node:|react|next|fs$|crypto$)/.test(specifier));
    const use = impure.exec(source.code)?.[0];
    return [...found.map(({ specifier }) => `imports ${specifier}`), ...(use ? [`uses ${use}`] : [])];
  });
  expect(wrong).toEqual([]);
});

test('the environment is read in one place', () => {
  // NODE_ENV and NEXT_RUNTIME are constants that the bundler puts in.
  const wrong = complaints(({ path, code }) =>
    path === 'lib/platform/env.ts' ||
    path.startsWith('lib/embedded/') ||
    !/process\.env(?!\.(NODE_ENV|NEXT_RUNTIME)\b)/.test(code)
      ? []
      : ['reads process.env'],
  );
  expect(wrong).toEqual([]);
});

test('components fetch nothing', () => {
  const wrong = complaints(({ path, code }) =>
    path.startsWith('components/') && /\bfetch\(/.test(code) ? ['fetches'] : [],
  );
  expect(wrong).toEqual([]);
});

describe('the finder of cycles', () => {
  test('finds one', () => {
    expect(
      findCycles(
        new Map([
          ['a', ['b']],
          ['b', ['c', 'd']],
          ['c', []],
          ['d', ['a']],
        ]),
      ),
    ).toEqual(['a > b > d > a']);
  });
  test('is quiet about a diamond', () => {
    expect(
      findCycles(
        new Map([
          ['a', ['b', 'c']],
          ['b', ['d']],
          ['c', ['d']],
          ['d', []],
        ]),
      ),
    ).toEqual([]);
  });
});

function findCycles(graph: Map<string, string[]>): string[] {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (node: string, way: string[]) => {
    if (way.includes(node)) {
      cycles.push([...way.slice(way.indexOf(node)), node].join(' > '));
      return;
    }
    if (done.has(node)) return;
    for (const next of graph.get(node) ?? []) visit(next, [...way, node]);
    done.add(node);
  };
  for (const node of graph.keys()) visit(node, []);
  return cycles;
}
