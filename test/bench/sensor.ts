import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { connectHttp, connectStdio, type Session } from '../scenario/clients';
import { startHttpTap, type Tapping } from '../scenario/sensors';
import { everything, startEverything } from '../scenario/servers';
import { numberOption, report, say } from '../support/figures';

interface Percentiles {
  p50: number;
  p99: number;
}
type Both = { stdio: Percentiles; http: Percentiles };

interface SensorBench {
  direct_ms: Both;
  tapped_ms: Both;
  /** Of the percentiles, tapped less direct. */
  added_ms: Both;
  calls: number;
  /** Batches that the sensors had confirmed. */
  batches: number;
}

const target = { p50: 1, p99: 3 };
const person = { actor: 'bench@example.com', agent: 'bench' };

/**
 * Calls a real server directly and through the sensor, in turn, so that both meet the same machine. The sensor does all its work
 * meanwhile: captures, redacts, signs, spools and sends to a destination that answers.
 */
async function benchSensor(calls: number): Promise<SensorBench> {
  const folder = mkdtempSync(join(tmpdir(), 'custody-bench-'));
  const sink = await startSink();
  const tapping: Tapping = {
    custody: [process.execPath, resolve('dist/custody.js')],
    stateFolder: folder,
    target: { http: { url: sink.url, apiKey: 'bench' } },
    log: () => {},
  };
  const closing: (() => Promise<unknown>)[] = [];
  const keep = <T extends { close?(): Promise<unknown>; stop?(): Promise<unknown> }>(part: T): T => {
    closing.unshift(() => (part.stop ?? part.close)?.call(part) ?? Promise.resolve());
    return part;
  };
  try {
    const server = keep(await startEverything(() => {}));
    const tap = keep(await startHttpTap(tapping, 'bench-http', server.url));
    const sessions = {
      stdio: [keep(await connectDirect()), keep(await connectStdio(tapping, person, 'bench-stdio', everything))],
      http: [
        keep(await connectHttp(server.url, person, 'sessions')),
        keep(await connectHttp(tap.url, person, 'sessions')),
      ],
    } as const;
    const direct = {} as Both;
    const tapped = {} as Both;
    const added = {} as Both;
    for (const transport of ['stdio', 'http'] as const) {
      const [plain, watched] = await interleaved(sessions[transport], calls);
      direct[transport] = percentiles(plain);
      tapped[transport] = percentiles(watched);
      added[transport] = {
        p50: round(tapped[transport].p50 - direct[transport].p50),
        p99: round(tapped[transport].p99 - direct[transport].p99),
      };
      say(
        `${transport.padEnd(5)} direct ${show(direct[transport])}   tapped ${show(tapped[transport])}   added ${show(added[transport])} ms   (p50/p99 of ${calls} calls each, in turn)`,
      );
    }
    await Promise.all(sessions.stdio.map((session) => session.close()));
    return { direct_ms: direct, tapped_ms: tapped, added_ms: added, calls, batches: sink.batches() };
  } finally {
    for (const close of closing) await close().catch(() => {});
    sink.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same server without a sensor. */
async function connectDirect(): Promise<Session> {
  const [command = '', ...args] = everything.command;
  const client = new Client({ name: person.agent, version: '1' });
  await client.connect(new StdioClientTransport({ command, args, stderr: 'ignore' }));
  return client as Session;
}

/** Milliseconds of each call, by session; a tenth of them before, to warm up. */
async function interleaved(sessions: readonly Session[], calls: number): Promise<[number[], number[]]> {
  const times: [number[], number[]] = [[], []];
  for (let i = -Math.ceil(calls / 10); i < calls; i++) {
    for (const [n, session] of sessions.entries()) {
      const started = performance.now();
      await session.callTool({ name: 'echo', arguments: { message: `call ${i} with a message of ordinary length` } });
      if (i >= 0) times[n as 0 | 1].push(performance.now() - started);
    }
  }
  return times;
}

function percentiles(times: number[]): Percentiles {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return { p50: at(0.5), p99: at(0.99) };
}

const round = (ms: number): number => Math.round(ms * 1000) / 1000;
const show = ({ p50, p99 }: Percentiles): string => `${p50.toFixed(2)}/${p99.toFixed(2)}`;

/** A destination that confirms everything. */
async function startSink(): Promise<{ url: string; batches(): number; close(): void }> {
  let requests = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      requests += request.url?.endsWith('/events') ? 1 : 0;
      response.end('{}');
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    batches: () => requests,
    close: () => void server.close(),
  };
}

await report(async () => {
  const figures = await benchSensor(numberOption('events', 2_000));
  for (const transport of ['stdio', 'http'] as const) {
    for (const p of ['p50', 'p99'] as const) {
      if (figures.added_ms[transport][p] < target[p]) continue;
      say(`${transport}: ${p} is over the target of ${target[p]} ms; run it again on an idle machine`);
      process.exitCode = 1;
    }
  }
  return { ...figures };
});
