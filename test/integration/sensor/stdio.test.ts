import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectStdio } from '../../scenario/clients';
import type { Tapping } from '../../scenario/sensors';
import { everything } from '../../scenario/servers';
import { disclosedActor, isCall, personMarker, type Sink, sequences, startSink } from './sink';
import { bundledCustody, start } from './tap-process';

const custody = bundledCustody();
const person = { actor: 'ada@example.com', agent: 'tester' };
const noDestination = 'http://127.0.0.1:21399';
let sink: Sink;
let n = 0;
beforeEach(async () => {
  sink = await startSink();
  n += 1;
});
afterEach(() => sink.stop());

const tapping = (url: string): Tapping => ({
  custody: custody.command,
  stateFolder: join(custody.folder, `state-${n}`),
  target: { http: { url, apiKey: 'key' } },
  log: () => {},
});
const tap = (url: string, more: string[], server: string[]) =>
  start([
    ...custody.command,
    'tap',
    '--to',
    url,
    '--key-file',
    keyFile(),
    '--state',
    join(custody.folder, `state-${n}`),
    '--instance',
    'i',
    ...more,
    '--',
    ...server,
  ]);
function keyFile(): string {
  const file = join(custody.folder, 'api-key');
  writeFileSync(file, 'the-key-of-a-file\n', { mode: 0o600 });
  return file;
}
/** A server in a line of JavaScript. */
const script = (code: string) => [process.execPath, '-e', code];
const echoing = script('process.stdin.pipe(process.stdout)');
const call = (id: number, text = 'x') =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'echo', arguments: { text } } })}\n`;

describe('a wrapped stdio server', () => {
  test('works with an SDK client as before, and each exchange becomes an event', async () => {
    const client = await connectStdio(tapping(sink.url), person, 'i', everything);
    await client.listTools();
    expect(await client.callTool({ name: 'echo', arguments: { message: 'hello' } })).toMatchObject({
      content: [{ type: 'text', text: 'Echo: hello' }],
    });
    await client.callTool({ name: 'trigger-sampling-request', arguments: { prompt: 'p', maxTokens: 5 } });
    await client.close();
    const [first, second] = await sink.until(2, isCall);
    expect(first?.data).toMatchObject({
      actor: { id: expect.stringMatching(personMarker), id_assurance: 'claimed' },
      agent: { id: 'tester' },
      client: { name: 'tester' },
      server: { name: 'mcp-servers/everything' },
      tool: { name: 'echo', definition_hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      request: { arguments: { message: 'hello' } },
      outcome: { status: 'success' },
    });
    expect(disclosedActor(first)).toBe('ada@example.com');
    expect(second?.data.tool?.name).toBe('trigger-sampling-request');
    const types =
      (await sink.until(1, (event) => event.type.includes('lifecycle.close'))) && sink.events.map((e) => e.type);
    for (const type of ['lifecycle.initialize', 'rpc.tools_list', 'rpc.sampling', 'lifecycle.close']) {
      expect(types).toContain(`mcp.audit.${type}.v1`);
    }
    expect(sequences(sink.events)).toEqual(sink.events.map((_, i) => i));
    expect(sink.enrolled).toEqual([expect.objectContaining({ source: sink.events[0]?.source })]);
  });

  test('every byte passes as it is: batches, what is no JSON, what is no UTF-8, huge messages', async () => {
    const running = tap(sink.url, [], echoing);
    const input = Buffer.concat([
      Buffer.from('Starting up, not JSON\n\r\n\n'),
      Buffer.from(`[${call(1).trim()},${call(2).trim()}]\n`),
      Buffer.from([0xff, 0xfe, 0x00, 0x0a]),
      Buffer.from(call(3, 'x'.repeat(3 << 20))),
      Buffer.from('{"a":1,"a":9007199254740993}\r\nno end'),
    ]);
    running.write(input);
    expect((await running.outputs(input.length)).equals(input)).toBe(true);
    running.child.stdin?.end();
    expect(await running.ended).toEqual({ code: 0, signal: null });
    const dropped = await sink.until(1, (event) => event.type === 'mcp.audit.capture.dropped.v1');
    expect(dropped[0]?.data.ext?.tap).toEqual({ reason: 'not_json' });
  });

  test('batches are paired one by one', async () => {
    const answer = `[{"jsonrpc":"2.0","id":2,"result":{}},{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no"}}]`;
    const running = tap(
      sink.url,
      [],
      script(`process.stdin.once('data', () => process.stdout.write(${JSON.stringify(`${answer}\n`)}))`),
    );
    running.write(`[${call(1).trim()},${call(2).trim()}]\n`);
    const events = await sink.until(2, isCall);
    expect(
      events.map((event) => [event.data.mcp?.jsonrpc_id, event.data.mcp?.batch_index, event.data.outcome?.status]),
    ).toEqual([
      ['2', 1, 'success'],
      ['1', 0, 'failure'],
    ]);
    running.child.kill();
    await running.ended;
  });

  test.each([
    ['process.exit(7)', { code: 7, signal: null }],
    ['process.kill(process.pid, "SIGKILL")', { code: null, signal: 'SIGKILL' }],
  ])('ends as the server ends: %s', async (code, end) => {
    expect(await tap(sink.url, [], script(code)).ended).toEqual(end);
  });

  test('a command that is not there is said, with the shell’s exit code', async () => {
    const running = tap(sink.url, [], ['/no/such/server']);
    expect(await running.ended).toEqual({ code: 127, signal: null });
    expect(running.errors()).toContain('/no/such/server');
  });

  test('signals and standard error are passed on', async () => {
    const running = tap(
      sink.url,
      [],
      script(
        'process.on("SIGTERM", () => { console.error("told"); process.exit(3) }); setInterval(() => {}, 1000); console.error("ready")',
      ),
    );
    while (!running.errors().includes('ready')) await new Promise((resolve) => setTimeout(resolve, 20));
    running.child.kill('SIGTERM');
    expect(await running.ended).toEqual({ code: 3, signal: null });
    expect(running.errors()).toContain('told');
  });

  test('a request without an answer is told at the end', async () => {
    const running = tap(sink.url, [], script('process.stdin.once("data", () => process.exit(0))'));
    running.write(call(1));
    await running.ended;
    const [event] = await sink.until(1, isCall);
    expect(event?.data).toMatchObject({ phase: 'request', outcome: { status: 'unknown', reason_code: 'closed' } });
  });

  test('the key comes from a file, and nobody else on the machine sees it', async () => {
    const running = tap(sink.url, [], echoing);
    running.write(call(1));
    running.child.stdin?.end();
    await running.ended;
    await sink.until(1, isCall);
    expect(new Set(sink.authorizations)).toEqual(new Set(['Bearer the-key-of-a-file']));
    const shown = tap(sink.url, [], script('setTimeout(() => console.log("up"), 100)'));
    const arguments_ = readFileSync(`/proc/${shown.child.pid}/cmdline`, 'utf8');
    expect(arguments_).toContain('--key-file');
    expect(arguments_).not.toContain('the-key-of-a-file');
    await shown.ended;
  });

  test('the server does not learn the sensor’s key', async () => {
    process.env.CUSTODY_API_KEY = 'the key';
    const running = tap(sink.url, [], script('console.log(String(process.env.CUSTODY_API_KEY))'));
    delete process.env.CUSTODY_API_KEY;
    expect((await running.outputs(10)).toString()).toBe('undefined\n');
    await running.ended;
  });
});

describe('while the destination is away', () => {
  test('tools work, and nothing is lost or doubled once it is back', async () => {
    const port = Number(new URL(sink.url).port);
    await sink.stop();
    const client = await connectStdio(tapping(sink.url), person, 'i', everything);
    for (let i = 0; i < 20; i++) await client.callTool({ name: 'get-sum', arguments: { a: i, b: 1 } });
    sink = await startSink(port);
    const calls = await sink.until(20, isCall);
    expect(calls.map((event) => event.data.request?.arguments)).toEqual(
      Array.from({ length: 20 }, (_, a) => ({ a, b: 1 })),
    );
    await client.close();
    await sink.until(1, (event) => event.type.includes('lifecycle.close'));
    expect(sequences(sink.events)).toEqual(sequences(sink.events).map((_, i) => i));
  });

  test('after kill -9 the next start sends what was spooled: the same ids, and the chains are linked', async () => {
    const running = tap(noDestination, [], echoing);
    for (let i = 0; i < 5; i++) running.write(`{"jsonrpc":"2.0","method":"notifications/n${i}"}\n`);
    await running.outputs(5 * 46);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    running.child.kill('SIGKILL');
    await running.ended;
    for (let i = 0; i < 2; i++) {
      const next = tap(sink.url, [], echoing);
      await sink.until(i + 1, (event) => event.type.includes('chain.epoch') && event.prevhash !== undefined);
      next.child.stdin?.end();
      await next.ended;
    }
    const notes = await sink.until(10, (event) => event.type === 'mcp.audit.rpc.notification.v1');
    expect(notes).toHaveLength(10);
    expect(new Set(sink.events.map((event) => event.id)).size).toBe(sink.events.length);
    const epochs = new Map<string, number[]>();
    for (const event of sink.events) {
      epochs.set(event.chainepoch ?? '', [...(epochs.get(event.chainepoch ?? '') ?? []), Number(event.sequence)]);
    }
    expect(epochs.size).toBe(3);
    for (const found of epochs.values()) expect(found).toEqual(found.map((_, i) => i));
  });

  test('a full spool is said, counted, and hurts no tool', async () => {
    const running = tap(noDestination, ['--spool', '0.02'], echoing);
    let sent = 0;
    for (let i = 0; i < 60; i++) {
      const line = `{"jsonrpc":"2.0","method":"notifications/n","params":{"n":${i},"x":"${'y'.repeat(500)}"}}\n`;
      running.write(line);
      sent += line.length;
      if (i % 10 === 9) await new Promise((resolve) => setTimeout(resolve, 60));
    }
    expect((await running.outputs(sent)).length).toBe(sent);
    running.child.stdin?.end();
    await running.ended;
    expect(running.errors().match(/spool is full/g)).toHaveLength(1);
    // The second finds the spool full at its start; when the third has its say, all before it has arrived.
    for (let i = 0; i < 2; i++) {
      const next = tap(sink.url, ['--spool', '0.02'], echoing);
      await sink.until(
        i + 1,
        (event) => event.type === 'mcp.audit.capture.dropped.v1' || event.type === 'mcp.audit.chain.epoch.v1',
      );
      if (i === 1)
        await sink.until(
          1,
          (event) => event.type === 'mcp.audit.chain.epoch.v1' && event.chainepoch !== sink.events[0]?.chainepoch,
        );
      next.child.stdin?.end();
      await next.ended;
    }
    const arrived = sink.events.filter((event) => event.type === 'mcp.audit.rpc.notification.v1').length;
    const dropped = sink.events
      .filter((event) => event.type === 'mcp.audit.capture.dropped.v1')
      .reduce((sum, event) => sum + (event.data.capture?.dropped_count ?? 0), 0);
    expect(arrived).toBeGreaterThan(0);
    expect(dropped).toBeGreaterThan(0);
    // Each line passed twice, there and back; the sensors' own events may be among what was lost.
    expect(arrived + dropped).toBeGreaterThanOrEqual(120);
    expect(arrived + dropped).toBeLessThanOrEqual(124);
    const byEpoch = sink.events.filter((event) => event.chainepoch === sink.events[0]?.chainepoch);
    expect(byEpoch.map((event) => Number(event.sequence))).toEqual(byEpoch.map((_, i) => i));
  });
});
