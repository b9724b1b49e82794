import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '@/lib/core/event/canonical';
import { ownSource } from '@/lib/core/event/own';
import { type BundleOptions, BundleVerifier } from '@/lib/core/provenance/bundle/verify-bundle';
import { BundleWriter } from '@/lib/core/provenance/bundle/write';
import { toBase64 } from '@/lib/core/provenance/bytes';
import { kidOf } from '@/lib/core/provenance/kid';
import { nodeCrypto, rawPublicKey, sha256, signerOf } from '@/lib/platform/crypto';
import { SampleLog, sampleBundle, sampleConsole, sampleLog } from './sample-bundle';

async function verify(text: string, options: BundleOptions = {}) {
  const verifier = new BundleVerifier(nodeCrypto, options);
  verifier.push(new TextEncoder().encode(text));
  return verifier.finish();
}

/** The lines of a bundle with others in their place, and an end that fits them. */
function remade(text: string, change: (lines: Record<string, unknown>[]) => Record<string, unknown>[]): string {
  const lines = text
    .trimEnd()
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
  const writer = new BundleWriter(nodeCrypto);
  return (
    change(lines)
      .map((line) => writer.line(line as never))
      .join('') + writer.end()
  );
}

const console = sampleConsole();
const stateOf = (report: Awaited<ReturnType<typeof verify>>, name: string) =>
  report.facts.find((fact) => fact.name === name)?.state;

describe('a forger', () => {
  it('who may send events can’t pass their log off as the one that holds the keys', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const publicKey = rawPublicKey(privateKey);
    const forger = { kid: kidOf(sha256, publicKey), sign: signerOf(privateKey) };
    const log = new SampleLog(2, 'custody.local/test/http', 'console');
    const event = {
      specversion: '1.0',
      id: '00000000-0000-7000-8000-000000000001',
      source: 'urn:mcp:src:test:tap:1',
      type: 'mcp.audit.rpc.tools_call.v1',
      time: '2026-11-21T12:00:00.000Z',
      dataschema: 'urn:mcp:audit:1',
      data: {},
      actor: 'system',
      action: 'source_key.enroll',
      target: `source_key:${forger.kid}`,
      detail: { before: { registry: 0 }, after: { source: ownSource, public_key: toBase64(publicKey) } },
    };
    log.add(canonicalJson(event), { id: event.id, source: event.source, recorded_at: event.time });
    log.sign();
    const text = await sampleBundle({ logs: [log], maker: forger });
    const report = await verify(text, { logKeys: [log.key] });
    expect(report.verdict).toBe('INVALID');
    expect(report.problems[0]?.reason).toMatch(/not an entry of the console/);
  });

  it('gets no word for what no checkpoint covers', async () => {
    const log = sampleLog(100);
    const text = remade(await sampleBundle({ logs: [console, log], whole: true }), (lines) =>
      lines.filter(({ type }) => type !== 'checkpoint'),
    );
    const report = await verify(text, { logKeys: [console.key, log.key] });
    expect(report.verdict).toBe('UNANCHORED');
    expect(report.facts.map(({ state }) => state)).toEqual(['open', 'open', 'open', 'open']);
  });

  it('gets no word for what stands behind a gap', async () => {
    const log = sampleLog(100);
    let at = 0;
    const text = remade(await sampleBundle({ logs: [console, log] }), (lines) =>
      lines.filter(({ type, log }) => !(type === 'entry' && log === 2 && at++ === 3)),
    );
    const report = await verify(text, { logKeys: [console.key, log.key] });
    expect(report.verdict).toBe('GAPS');
    expect(stateOf(report, 'untampered')).toBe('open');
    expect(stateOf(report, 'authentic')).toBe('open');
  });

  it('has nothing whole in an empty range, or in one of several logs', async () => {
    const log = sampleLog(100);
    const emptied = remade(await sampleBundle({ logs: [console, log], whole: true }), (lines) => [
      {
        ...lines[0],
        logs: (lines[0] as { logs: object[] }).logs.map((one) => ({ ...one, whole: { from: 0, to: 0 } })),
      },
      ...lines.slice(1),
    ]);
    const report = await verify(emptied, { logKeys: [console.key, log.key] });
    expect(stateOf(report, 'complete')).toBe('open');
  });

  it('who takes the maker’s signature away takes its word for alerts with it', async () => {
    const log = sampleLog(10);
    const text = remade(await sampleBundle({ logs: [console, log] }), ([header, ...rest]) => [
      header as Record<string, unknown>,
      {
        type: 'history',
        id: '00000000-0000-7000-8000-000000000001',
        alert: '00000000-0000-7000-8000-000000000002',
        time: '2026-11-21T12:00:00.000Z',
        actor: 'ada',
        kind: 'comment',
        body: 'false alarm',
      },
      ...rest,
    ]);
    const report = await verify(text, { logKeys: [console.key, log.key] });
    expect(stateOf(report, 'untampered')).toBe('open');
  });

  it('who is the log itself can’t spare an event the question whether its key was in force', async () => {
    const [whole, log] = [sampleLog(3), new SampleLog(2, 'custody.local/test/http', 'http')];
    for (const { body = '', leaf } of whole.entries) {
      const { registry, event_hash, v, ...rest } = leaf;
      log.add(body, rest);
    }
    log.sign();
    const report = await verify(await sampleBundle({ logs: [console, log] }), { logKeys: [console.key, log.key] });
    expect(report.verdict).toBe('INVALID');
    expect(report.problems[0]?.reason).toMatch(/place of the registry/);
  });
});
