import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));
const servers = ['test/support/servers.ts'];

// Every project has its own kind: `npx vitest run --project unit`. Servers start when the first test asks for them.
export default defineConfig({
  resolve: { alias: { '@': root.replace(/\/$/, '') } },
  test: {
    env: {
      LOG_LEVEL: 'silent',
      CUSTODY_SECRET: 'a secret for tests alone, of 32 characters or more',
      // Keys that are made there count for nothing.
      CUSTODY_DATA: join(tmpdir(), 'custody-test-data'),
    },
    pool: 'forks',
    maxWorkers: 2,
    exclude: [...configDefaults.exclude, '.next/**', 'dist/**', '.custody/**'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
          exclude: ['test/integration/**', 'test/e2e/**'],
          // Properties take their time on a busy machine.
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: servers,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: servers,
          // The first file builds the console, which takes minutes on a busy machine; the others find it built.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
