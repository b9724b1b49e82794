import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { type EmbeddedKafka, startKafka } from '../../lib/embedded/kafka';
import { kafkaMissing } from '../../lib/embedded/kafka-jars';
import { type EmbeddedPostgres, startPostgres } from '../../lib/embedded/postgres';
import { migrate } from '../../lib/store/migrate';

declare module 'vitest' {
  interface ProvidedContext {
    servers: string;
  }
}

/** What a test file gets when it asks for a server of the run. */
export interface PostgresAnswer {
  url: string;
  /** A migrated database, to be cloned. */
  template: string;
}
export type KafkaAnswer = { brokers: string } | { missing: string };

interface Servers {
  address: string;
  users: number;
  stop(): Promise<void>;
}
const shared = globalThis as { custodyTestServers?: Promise<Servers> };

/** Vitest's global setup: one Postgres and one Kafka for the whole run, each started when the first test file asks for it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared.custodyTestServers ??= startServers();
  const servers = await shared.custodyTestServers;
  servers.users++;
  project.provide('servers', servers.address);
  return async () => {
    servers.users--;
    if (servers.users > 0) return;
    shared.custodyTestServers = undefined;
    await servers.stop();
  };
}

async function startServers(): Promise<Servers> {
  const dir = mkdtempSync(join(tmpdir(), 'custody-test-'));
  // Root's Postgres runs as somebody else, who must get in.
  chmodSync(dir, 0o755);
  let postgres: Promise<EmbeddedPostgres> | undefined;
  let kafka: Promise<EmbeddedKafka> | undefined;

  async function answer(path: string | undefined): Promise<PostgresAnswer | KafkaAnswer> {
    if (path === '/postgres') {
      postgres ??= startTemplate(dir);
      return { url: (await postgres).url, template: 'custody' };
    }
    const missing = await kafkaMissing();
    if (missing) return { missing };
    kafka ??= startKafka({ dir: join(dir, 'kafka'), port: 21430 });
    return { brokers: (await kafka).brokers };
  }

  const control = createServer((request, response) => {
    answer(request.url).then(
      (body) => response.end(JSON.stringify(body)),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  await new Promise<void>((resolve) => control.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(control.address() as AddressInfo).port}`,
    users: 0,
    async stop() {
      control.close();
      await Promise.allSettled([postgres?.then((server) => server.stop()), kafka?.then((server) => server.stop())]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** What tests write need not survive a power cut: fsync is off here, and only here. */
async function startTemplate(dir: string): Promise<EmbeddedPostgres> {
  const settings = { fsync: 'off', max_connections: 200, max_wal_size: '1GB', min_wal_size: '80MB' };
  const server = await startPostgres({ dir: join(dir, 'postgres'), port: 21420, settings });
  await migrate(server.url);
  const client = new pg.Client({ connectionString: server.url.replace(/custody$/, 'postgres') });
  await client.connect();
  await client.query('ALTER DATABASE custody IS_TEMPLATE true ALLOW_CONNECTIONS false');
  await client.end();
  return { ...server, url: server.url.replace(/custody$/, 'postgres') };
}
