import { createWriteStream, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
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
const [proofs, bundled, repeats] = [1_000, 100_000, 5];
const paced = { pace: 5_000, seconds: 20 };

/**
 * Signed events through a real Kafka, the worker and a real Postgres, by batch signatures and with one signature each; then the proof
 * side of the same database: checkpoints, proofs from a large log, a bundle, fsck.
 */
await report(async () => {
  const events = numberOption('events', 200_000);
  const leaves = numberOption('leaves', 10_000_000);
  const stack = await startStack();
  const arrivals = new Arrivals(stack.url);
  try {
    await arrivals.start();
    say('signed in batches of 100');
    const batches = await signedRun(stack, arrivals, 11, 100, events);
    say(`${Math.round(batches.events_per_s)} events/s; one signature each`);
    const single = await signedRun(stack, arrivals, 12, 1, Math.ceil(events / 4));
    say(`${Math.round(single.events_per_s)} events/s; paced`);
    const checkpoint_ms = await checkpointDelay(stack, arrivals);
    say(`checkpoint after ${checkpoint_ms.mean} ms; bundle of ${bundled} events`);
    const bundle = await verifyBundle(stack);
    say(`${bundle.events_per_s} events/s; fsck`);
    const checked = await fsck(stack.pool, { logPublicKey: keyOf(stack).publicKey });
    if (checked.found > 0)
      throw new Error(`fsck found ${checked.found} things: ${JSON.stringify(checked.findings[0])}`);
    say(`${Math.round(checked.entries / checked.seconds)} events/s; a log of ${leaves} leaves`);
    const proof_ms_at_10m = await proofTimes(stack, leaves);
    const figures = {
      events,
      bytes_per_event: batches.bytes_per_event,
      signed_events_per_s: Math.round(batches.events_per_s),
      single_signature_events_per_s: Math.round(single.events_per_s),
      batch_to_single: round(batches.events_per_s / single.events_per_s, 2),
      checkpoint_ms,
      proof_ms_at_10m,
      leaves,
      bundle_events: bundled,
      bundle_bytes_per_event: bundle.bytes_per_event,
      bundle_events_per_s: bundle.events_per_s,
      bundle_repeats: repeats,
      fsck_events_per_s: Math.round(checked.entries / checked.seconds),
      cpu_us_per_event: batches.cpu_us_per_event,
      stages_us: batches.stages_us,
    };
    for (const line of shortcomings(figures)) {
      say(`✗ ${line}`);
      process.exitCode = 1;
    }
    return figures;
  } catch (error) {
    say(stack.workerLog().slice(-3000));
    throw error;
  } finally {
    await arrivals.stop();
    await stack.stop();
  }
});

function shortcomings(figures: {
  signed_events_per_s: number;
  checkpoint_ms: { mean: number };
  proof_ms_at_10m: { p99: number };
  bundle_events_per_s: number;
}): string[] {
  const { signed_events_per_s, checkpoint_ms, proof_ms_at_10m, bundle_events_per_s } = figures;
  const found: string[] = [];
  if (signed_events_per_s < 15_000) found.push(`${signed_events_per_s} signed events/s of 15,000`);
  if (checkpoint_ms.mean >= 1_000) found.push(`a checkpoint comes after ${checkpoint_ms.mean} ms, not under 1,000`);
  if (proof_ms_at_10m.p99 >= 20) found.push(`a proof takes ${proof_ms_at_10m.p99} ms at p99, not under 20`);
  if (bundle_events_per_s < 50_000) found.push(`${bundle_events_per_s} events/s of a bundle, where 50,000 is the aim`);
  return found;
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

const keyOf = ({ dataDir }: BenchStack) => logKey({ dataDir });

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
    const bytes = readFileSync(file);
    const logKeys = logs.map(({ origin }) =>
      parseVerifierKey(sha256, formatVerifierKey(sha256, { name: origin, publicKey })),
    );
    const seconds: number[] = [];
    let events = 0;
    for (let i = 0; i < repeats; i++) {
      const began = performance.now();
      const verifier = new BundleVerifier(nodeCrypto, { logKeys });
      for (let at = 0; at < bytes.length; at += 1 << 20) verifier.push(bytes.subarray(at, at + (1 << 20)));
      const found = await verifier.finish();
      seconds.push((performance.now() - began) / 1000);
      events = found.events;
      if (!['SIGNED', 'GAPS'].includes(found.verdict))
        throw new Error(`${found.verdict}: ${JSON.stringify(found.problems[0])}`);
    }
    const middle = [...seconds].sort((a, b) => a - b)[repeats >> 1] as number;
    return { events_per_s: Math.round(events / middle), bytes_per_event: Math.round(bytes.length / events) };
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
