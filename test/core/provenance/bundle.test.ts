import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020';
import { describe, expect, it } from 'vitest';
import { publishedBundleSchema } from '@/lib/core/provenance/bundle/json-schema';
import { BundleError } from '@/lib/core/provenance/bundle/line-cutter';
import { type BundleOptions, BundleVerifier } from '@/lib/core/provenance/bundle/verify-bundle';
import { nobleCrypto } from '@/lib/core/provenance/crypto-noble';
import { nodeCrypto } from '@/lib/platform/crypto';
import { sampleBundle, sampleConsole, sampleLog } from './sample-bundle';

async function verify(text: string, options: BundleOptions = {}, crypto = nodeCrypto, chunk = 1 << 16) {
  const verifier = new BundleVerifier(crypto, options);
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += chunk) verifier.push(bytes.subarray(at, at + chunk));
  return verifier.finish();
}

const log = sampleLog(200);
const console = sampleConsole();
const logs = [console, log];
const pinned = { logKeys: [console.key, log.key] };

describe('a bundle', () => {
  it('names a gap once, also where the bundle names it by itself', async () => {
    const torn = [console, sampleLog(60, { skip: [20, 40] })];
    const text = await sampleBundle({ logs: torn, whole: true, gaps: [{ from: '20', to: '20' }] });
    const { problems } = await verify(text, pinned);
    expect(problems.map(({ reason }) => reason)).toEqual([
      'event 20 of this source never arrived',
      'event 40 of this source never arrived, or came at another time',
    ]);
  });

  it('of a whole range holds, with either library and however its bytes come', async () => {
    const text = await sampleBundle({ logs, whole: true });
    const report = await verify(text, pinned);
    expect(report.problems).toEqual([]);
    expect(report).toMatchObject({ verdict: 'SIGNED', problem_count: 0, events: 200 });
    expect(report.facts.map(({ state }) => state)).toEqual(['holds', 'holds', 'holds', 'holds']);
    expect(await verify(text, pinned, nobleCrypto)).toEqual(report);
    expect(await verify(text, pinned, nodeCrypto, 7)).toEqual(report);
    const unpinned = await verify(text);
    expect(unpinned.verdict).toBe('SIGNED');
    expect(unpinned.facts[2]).toMatchObject({ name: 'anchored', state: 'open' });
  });

  it('of logs that the reader does not know is not anchored for the reader', async () => {
    const text = await sampleBundle({ logs, whole: true });
    const report = await verify(text, { logKeys: [log.key] });
    expect(report).toMatchObject({ verdict: 'UNANCHORED', problems: [{ where: console.origin, kind: 'unanchored' }] });
  });

  it('of a choice holds, and says that it can’t tell whether it is complete', async () => {
    const text = await sampleBundle({ logs, choose: ({ kind }, index) => kind === 'console' || index % 3 === 1 });
    const report = await verify(text, pinned);
    expect(report.problems).toEqual([]);
    expect(report).toMatchObject({ verdict: 'SIGNED', events: 67 });
    expect(report.facts.map(({ state }) => state)).toEqual(['holds', 'holds', 'holds', 'open']);
  });

  it('without contents holds, and claims no authorship', async () => {
    const report = await verify(await sampleBundle({ logs, whole: true, withBodies: false }), pinned);
    expect(report.problems).toEqual([]);
    expect(report.facts[0]).toMatchObject({ name: 'authentic', state: 'open' });
  });

  it('is refused where it is none', async () => {
    for (const text of ['', '{}', 'hello\n', '[]\n', '{"format":"custody.bundle/2"}\n']) {
      await expect(verify(text)).rejects.toThrow(BundleError);
    }
    await expect(verify('x'.repeat(9 << 20))).rejects.toThrow(/longer than/);
  });
});

describe('the published schema of a bundle', () => {
  it('is the one in docs, and each line of a bundle fits it', async () => {
    expect(readFileSync('docs/custody.bundle-1.schema.json', 'utf8')).toBe(publishedBundleSchema());
    const validate = new Ajv2020({ strict: false }).compile(JSON.parse(publishedBundleSchema()));
    const text = await sampleBundle({ logs, choose: ({ kind }, index) => kind === 'console' || index % 50 === 1 });
    for (const line of text.trimEnd().split('\n')) {
      expect(validate(JSON.parse(line)), `${line.slice(0, 200)} ${JSON.stringify(validate.errors)}`).toBe(true);
    }
    expect(validate({ type: 'others', log: 1, from: 0, to: 1, hashes: ['x'] })).toBe(false);
  });
});
