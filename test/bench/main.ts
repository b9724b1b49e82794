import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

// `npm run bench NAME`: a bench is test/bench/NAME.ts or test/bench/NAME/main.ts, which reads its own options.
const folder = import.meta.dirname;
const benches = new Map<string, string>();
for (const entry of readdirSync(folder, { withFileTypes: true })) {
  const name = entry.name.replace(/\.ts$/, '');
  const file = entry.isDirectory() ? join(folder, name, 'main.ts') : join(folder, entry.name);
  if (name !== 'main' && existsSync(file)) benches.set(name, file);
}
const [name] = process.argv.splice(2, 1);
const file = benches.get(name ?? '');
if (file) await import(pathToFileURL(file).href);
else {
  process.stderr.write(`npm run bench NAME, where NAME is one of: ${[...benches.keys()].sort().join(', ')}\n`);
  process.exitCode = name === undefined ? 0 : 2;
}
