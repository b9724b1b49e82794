import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '@/lib/embedded/ports';
import { checkHealth } from '@/lib/worker/health';
import { PartitionIngest } from '@/lib/worker/ingest';
import { startJudge } from '@/lib/worker/judge-client';
import { jsonBytes, madeEvent } from '@/test/support/events';
import { observe } from '@/test/support/observe';
import { testDatabase } from '@/test/support/postgres';
import { untilDone } from '@/test/support/until';

const database = testDatabase();

test('a worker says that its database is gone, and when it is back; that Kafka is away is no failure of its own', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'custody-health-'));
  const way = await wayTo(new URL(database.url));
  const port = await freePort(21470);
  const nobody = await freePort(port + 1);
  const worker = spawn(process.execPath, ['--import', 'tsx', 'lib/worker/main.ts'], {
    stdio: 'ignore',
    env: {
      ...process.env,
      DATABASE_URL: Object.assign(new URL(database.url), { host: `127.0.0.1:${way.port}` }).href,
      KAFKA_BROKERS: `127.0.0.1:${nobody}`,
      CUSTODY_DATA: dir,
      WORKER_METRICS_PORT: String(port),
      WORKER_METRICS_HOST: '127.0.0.2',
    },
  });
  const ended = new Promise((resolve) => worker.once('exit', resolve));
  onTestFinished(async () => {
    worker.kill('SIGKILL');
    await ended;
    way.close();
    rmSync(dir, { recursive: true });
  });
  const asked = () => fetch(`http://127.0.0.2:${port}/health`);

  await untilDone(async () => {
    const answer = await asked();
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect([answer.status, await answer.json()]).toEqual([
      200,
      {
        status: 'ok',
        reasons: [],
        warnings: [expect.stringMatching(/^Kafka does not answer: .*ECONNREFUSED.*mend KAFKA_BROKERS/)],
      },
    ]);
  });
  way.cut();
  await untilDone(async () => {
    const answer = await asked();
    expect([answer.status, await answer.json()]).toMatchObject([
      503,
      { status: 'failing', reasons: [expect.stringMatching(/^The database does not answer.*DATABASE_URL/)] },
    ]);
  });
  way.mend();
  await untilDone(async () => expect((await asked()).status).toBe(200));
  const metrics = await (await fetch(`http://127.0.0.2:${port}/metrics`)).text();
  expect(metrics).toContain('# TYPE custody_kafka_lag gauge');
  // It listens where it was told to, and nowhere else.
  await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
  worker.kill('SIGTERM');
  expect(await ended).toBe(0);
});

test('a partition that cannot commit makes its worker unhealthy, until it can', async () => {
  const script = new URL('../../../lib/worker/judge-thread.ts', import.meta.url);
  const judge = startJudge(database.pool, script, { fingerprintKey: new Uint8Array(32) }, (error) => {
    throw error;
  });
  const ingest = new PartitionIngest('health', 3, {
    pool: database.pool,
    judge,
    knownDays: new Set(),
    observe,
    log: pino({ level: 'silent' }),
    deadLetters: null,
    seek: () => void ingest.fetched(fetched, async () => {}),
  });
  const record = { bytes: jsonBytes(madeEvent()), headers: {}, position: 0n, refusal: null };
  const fetched = { partition: 3, asked: 0n, records: [record], next: 1n, high: 1n };
  await database.pool.query(
    `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'no space for hunter2' USING ERRCODE = '53100'; END $$;
     CREATE TRIGGER full_disk BEFORE INSERT ON usage_minute FOR EACH STATEMENT EXECUTE FUNCTION full_disk()`,
  );
  const running = ingest.run();
  onTestFinished(async () => {
    await ingest.stop();
    await running;
    await judge.close();
  });
  await ingest.fetched(fetched, async () => {});
  const health = (patience?: number) => checkHealth(database.pool, [ingest], null, patience);

  await untilDone(async () => {
    const { status, reasons } = await health(500);
    expect(reasons).toEqual([expect.stringMatching(/^health\/3 has failed for \d+ s \(53100\)\. The worker's log/)]);
    expect(status).toBe('failing');
  });
  expect((await health()).status).toBe('ok');
  await database.pool.query('DROP TRIGGER full_disk ON usage_minute');
  await untilDone(async () => expect(await health(0)).toEqual({ status: 'ok', reasons: [], warnings: [] }));
  expect(ingest.stats.events).toBe(1);
});

/** A way to `target` that can be cut and mended. */
async function wayTo(target: URL) {
  const sockets = new Set<Socket>();
  let cut = false;
  const server = createServer((client) => {
    if (cut) return client.destroy();
    const there = connect(Number(target.port), target.hostname);
    for (const socket of [client, there]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        there.destroy();
      });
    }
    client.pipe(there).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const drop = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      cut = true;
      drop();
    },
    mend: () => {
      cut = false;
    },
    close: () => {
      server.close();
      drop();
    },
  };
}
