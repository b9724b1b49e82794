import { expect, test } from 'vitest';
import { pushAll } from '@/lib/cli/bundle-threads';
import { BundleVerifier } from '@/lib/core/provenance/bundle/verify-bundle';
import { nodeCrypto } from '@/lib/platform/crypto';
import { sampleBundle, sampleConsole, sampleLog } from '../core/provenance/sample-bundle';

const logs = [sampleConsole(), sampleLog(3_000, { textLength: 1_000, skip: [2_000] })];
const logKeys = logs.map(({ key }) => key);
const bundle = new TextEncoder().encode(await sampleBundle({ logs, whole: true }));
const script = new URL('../../lib/cli/bundle-thread.ts', import.meta.url);

async function verify(bytes: Uint8Array, thread: URL | null, size: number) {
  const verifier = new BundleVerifier(nodeCrypto, { logKeys });
  let told = 0;
  await pushAll(
    verifier,
    (async function* () {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    })(),
    thread,
    (more) => {
      told += more;
    },
  );
  expect(told).toBe(bytes.length);
  return verifier.finish();
}

test('with threads or without, and however its bytes come, the same is said of a bundle', async () => {
  const alone = await verify(bundle, null, 1 << 20);
  expect(alone).toMatchObject({ events: 2_999, verdict: 'GAPS' });
  expect(await verify(bundle, script, 1 << 20)).toEqual(alone);
  expect(await verify(bundle, script, 4_099)).toEqual(alone);
  const changed = bundle.slice();
  for (const share of [0.55, 0.8, 0.9]) changed[Math.floor(bundle.length * share)] = 0x7e;
  const torn = changed.subarray(0, bundle.length - 700);
  const wrong = await verify(torn, null, 1 << 20);
  expect(wrong.problem_count).toBeGreaterThan(3);
  expect(await verify(torn, script, 1 << 18)).toEqual(wrong);
}, 60_000);

test('a thread that dies takes nothing with it', async () => {
  const broken = new URL('./no-such-thread.ts', import.meta.url);
  expect(await verify(bundle, broken, 1 << 18)).toEqual(await verify(bundle, null, 1 << 18));
}, 60_000);

test('a line without an end is refused before it fills the memory', async () => {
  const endless = new Uint8Array(bundle.length + (12 << 20)).fill(0x61);
  endless.set(bundle.subarray(0, bundle.length >> 1));
  const lines = endless.subarray(0, bundle.length >> 1).filter((byte) => byte === 0x0a).length;
  const whole = (size: number) => verify(endless, script, size);
  await expect(whole(1 << 20)).rejects.toThrow(`line ${lines + 1} is longer than`);
}, 60_000);
