import { createReadStream, createWriteStream, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pushAll } from '../../../lib/cli/bundle-threads';
import { BundleVerifier } from '../../../lib/core/provenance/bundle/verify-bundle';
import { formatVerifierKey, parseVerifierKey } from '../../../lib/core/provenance/note';
import { verifyProofFile } from '../../../lib/core/provenance/proof-file';
import { nodeCrypto, sha256 } from '../../../lib/platform/crypto';
import { logKey } from '../../../lib/platform/keys';
import { bundleText } from '../../../lib/store/bundle';
import { placesOfAudit } from '../../../lib/store/bundle-places';
import { fsck } from '../../../lib/store/fsck/fsck';
import { readLogs } from '../../../lib/store/log';
import { proofForEvent } from '../../../lib/store/proof';
import { numberOption, percentiles, report, round, say } from '../../support/figures';
import { Arrivals } from '../ingest/arrivals';
import { runBacklog, runPaced, warmUp } from '../ingest/runs';
import { type BenchStack, startStack } from '../ingest/stack';
import { createWorkload } from '../ingest/workload';
import { makeLargeLog } from './large-log';

/** Proofs asked of the large log, events of the bundle, and how often it is verified. */
const [proofs, bundled, repeats] = [1_000, 100_000, 3];
const paced = { pace: 5_000, seconds: 12 };
/** As `custody verify` has it. */
const bundleThread = new URL('../../../dist/bundle-thread.js', import.meta.url);

/**
 * Signed events through a real Kafka, the worker and a real Postgres, by batch signatures and with one signature each; then the proof
 * side of the same database: checkpoints, proofs from a large log, a bundle, fsck.
 */
await report(async () => {
  const events = numberOption('events', 150_000);
  const leaves = numberOption('leaves', 10_000_000);
  const stack = await startStack();
  const arrivals = new Arrivals(stack.url);
  try {
    await arrivals.start();
    const batches = await part('signed in batches of 100', () => signedRun(stack, arrivals, 11, 100, events));
    const single = await part('one signature each', () => signedRun(stack, arrivals, 12, 1, Math.ceil(events / 4)));
    const checkpoint_ms = await part('paced, for checkpoints', () => checkpointDelay(stack, arrivals));
    const bundle = await part(`bundle of ${bundled} events`, () => verifyBundle(stack));
    const fsck_events_per_s = await part('fsck', () => check(stack));
    const proof_ms_at_10m = await part(`proofs from ${leaves} leaves`, () => proofTimes(stack, leaves));
    const figures = {
      events,
      bytes_per_event: batches?.bytes_per_event ?? null,
      signed_events_per_s: batches && Math.round(batches.events_per_s),
      single_signature_events_per_s: single && Math.round(single.events_per_s),
      batch_to_single: batches && single && round(batches.events_per_s / single.events_per_s, 2),
      checkpoint_ms,
      proof_ms_at_10m,
      leaves,
      bundle_events: bundle?.events ?? null,
      bundle_bytes_per_event: bundle?.bytes_per_event ?? null,
      bundle_events_per_s: bundle?.events_per_s ?? null,
      bundle_repeats: repeats,
      fsck_events_per_s,
      cpu_us_per_event: batches?.cpu_us_per_event ?? null,
      stages_us: batches?.stages_us ?? null,
    };
    for (const { met, line } of aims(figures)) {
      say(`${met ? '✓ met' : '✗ missed'}: ${line}`);
      if (!met) process.exitCode = 1;
    }
    return figures;
  } finally {
    await arrivals.stop().catch(() => {});
    await stack.stop();
  }
  /** What fails on its own is said, and the rest is measured all the same. */
  async function part<T>(name: string, measure: () => Promise<T>): Promise<T | null> {
    const began = performance.now();
    try {
      const found = await measure();
      say(`${name}: ${JSON.stringify(found)} (${round((performance.now() - began) / 1000)} s)`);
      return found;
    } catch (error) {
      say(`✗ ${name}: ${error instanceof Error ? error.stack : error}\n${stack.workerLog().slice(-3000)}`);
      process.exitCode = 1;
      return null;
    }
  }
});

function aims(figures: {
  signed_events_per_s: number | null;
  checkpoint_ms: { mean: number } | null;
  proof_ms_at_10m: { p99: number } | null;
  bundle_events_per_s: number | null;
}): { met: boolean; line: string }[] {
  const { signed_events_per_s: signed, checkpoint_ms, proof_ms_at_10m, bundle_events_per_s: bundle } = figures;
  const [checkpoint, proof] = [checkpoint_ms?.mean ?? null, proof_ms_at_10m?.p99 ?? null];
  const said = (value: number | null) => value ?? 'not measured';
  return [
    { met: (signed ?? 0) >= 15_000, line: `signed events/s: ${said(signed)}; aim 15,000 or more` },
    { met: (checkpoint ?? 1_000) < 1_000, line: `checkpoint after, mean ms: ${said(checkpoint)}; aim under 1,000` },
    { met: (proof ?? 20) < 20, line: `proof, p99 ms: ${said(proof)}; aim under 20` },
    { met: (bundle ?? 0) >= 50_000, line: `bundle, events/s: ${said(bundle)}; aim 50,000 or more` },
  ];
}

async function check(stack: BenchStack): Promise<number> {
  const { found, findings, entries, seconds } = await fsck(stack.pool, {
    logPublicKey: logKey({ dataDir: stack.dataDir }).publicKey,
  });
  // The stack approves its servers in the database itself, which fsck notices; nothing else may differ.
  const others = findings.filter(({ what }) => what !== 'state');
  if (others.length > 0) throw new Error(`fsck found ${found} things: ${JSON.stringify(others[0])}`);
  return Math.round(entries / seconds);
}

async function signedRun(stack: BenchStack, arrivals: Arrivals, seed: number, together: number, events: number) {
  const workload = createWorkload(seed, { only: 'cloudevents', together });
  await stack.enroll(workload.enrolled);
  await warmUp(stack, arrivals, workload);
  return runBacklog(stack, arrivals, workload, events);
}

async function checkpointDelay(stack: BenchStack, arrivals: Arrivals) {
  const workload = createWorkload(13, { only: 'cloudevents' });
  await stack.enroll(workload.enrolled);
  const worker = await stack.startWorker();
  const { checkpoint_ms } = await runPaced(stack, arrivals, workload, paced);
  await worker.stop();
  return checkpoint_ms;
}

/** A bundle of whole logs, made from the database and verified several times; the middle one counts. */
async function verifyBundle({ pool, dataDir }: BenchStack) {
  const { publicKey } = logKey({ dataDir });
  const choices = await placesOfAudit(pool, { alerts: [] });
  let left = bundled;
  const logs = await readLogs(pool);
  for (const log of logs.filter(({ kind }) => kind === 'kafka')) {
    const to = Math.min(log.size, left);
    left -= to;
    choices.set(log.id, { from: 0, to });
  }
  const file = join(tmpdir(), `custody-bench-bundle-${process.pid}.jsonl`);
  const text = bundleText(pool, {
    header: { made_at: new Date().toISOString(), made_by: 'bench', question: {} },
    choices,
    alerts: [],
    whole: true,
    payloads: true,
    showAudit: () => true,
    evidence: (evidence) => [...evidence],
    disclosures: new Map(),
    logPublicKey: publicKey,
  });
  try {
    await pipeline(text, createWriteStream(file));
    const logKeys = logs.map(({ origin }) =>
      parseVerifierKey(sha256, formatVerifierKey(sha256, { name: origin, publicKey })),
    );
    const seconds: number[] = [];
    let events = 0;
    for (let i = 0; i < repeats; i++) {
      const began = performance.now();
      const verifier = new BundleVerifier(nodeCrypto, { logKeys });
      await pushAll(verifier, createReadStream(file, { highWaterMark: 1 << 20 }), bundleThread);
      const found = await verifier.finish();
      seconds.push((performance.now() - began) / 1000);
      events = found.events;
      if (!['SIGNED', 'GAPS'].includes(found.verdict))
        throw new Error(`${found.verdict}: ${JSON.stringify(found.problems[0])}`);
    }
    const middle = [...seconds].sort((a, b) => a - b)[repeats >> 1] as number;
    return {
      events,
      events_per_s: Math.round(events / middle),
      bytes_per_event: Math.round(statSync(file).size / events),
    };
  } finally {
    rmSync(file, { force: true });
  }
}

/** Proofs of single events from a large log, made from its tiles and verified. */
async function proofTimes({ pool }: BenchStack, leaves: number) {
  const { publicKey, events } = await makeLargeLog(pool, leaves, proofs + 100);
  const times: number[] = [];
  for (const [i, event] of shuffled(events).entries()) {
    const began = performance.now();
    const proof = await proofForEvent(pool, event, { logPublicKey: publicKey, withBody: true });
    // The first ones warm up.
    if (i >= 100) times.push(performance.now() - began);
    const { verdict } = verifyProofFile(nodeCrypto, proof);
    if (verdict !== 'SIGNED') throw new Error(`the proof of ${event.id} is ${verdict}`);
  }
  return percentiles(times);
}

/** The same events in another order, the same each time. */
function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item, i) => ({ item, place: (i * 7_919) % 104_729 }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
