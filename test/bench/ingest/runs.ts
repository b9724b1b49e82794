import { setTimeout as delay } from 'node:timers/promises';
import { percentiles, round } from '../../support/figures';
import type { Arrivals } from './arrivals';
import { cpuSeconds } from './process';
import type { BenchStack } from './stack';
import type { createWorkload } from './workload';

export type Workload = ReturnType<typeof createWorkload>;

/** Makes the servers known and approves them, as they are in an organisation that has been at it for a while. */
export async function warmUp(stack: BenchStack, arrivals: Arrivals, workload: Workload): Promise<void> {
  const messages = workload.make(20_000, Date.now() - 60_000, Date.now());
  await stack.send(messages);
  const worker = await stack.startWorker();
  await arrivals.until(messages.length);
  await stack.pool.query(
    `UPDATE server SET decision = 'approved', decided_at = now(), reason = 'bench', decided_by = 'bench'`,
  );
  await delay(2_500);
  await worker.stop();
}

/** A backlog that waits in Kafka when the worker starts; its first tenth is the warm-up. */
export async function runBacklog(stack: BenchStack, arrivals: Arrivals, workload: Workload, events: number) {
  let bytes = 0;
  let sent = 0;
  const before = arrivals.stored;
  while (sent < events) {
    const part = workload.make(Math.min(20_000, events - sent), Date.now() - 60_000, Date.now());
    bytes += part.reduce((sum, { value }) => sum + value.length, 0);
    sent += part.length;
    await stack.send(part);
  }
  const worker = await stack.startWorker();
  await arrivals.until(before + Math.ceil(sent / 10));
  const began = {
    at: performance.now(),
    stored: arrivals.stored,
    cpu: cpuOf(stack, worker.pid),
    ...(await stack.stages()),
  };
  await arrivals.until(before + sent);
  const seconds = (performance.now() - began.at) / 1000;
  const stored = arrivals.stored - began.stored;
  const cpu = cpuOf(stack, worker.pid);
  const stages = await stack.stages();
  await worker.stop();
  const per = (now: number, then: number) => round(((now - then) * 1e6) / stored);
  return {
    events_per_batch: Math.round((stages.events - began.events) / (stages.batches - began.batches)),
    failures: stages.failures,
    events_per_s: stored / seconds,
    bytes_per_event: Math.round(bytes / sent),
    cpu_us_per_event: {
      worker: per(cpu.worker, began.cpu.worker),
      postgres: per(cpu.postgres, began.cpu.postgres),
      kafka: per(cpu.kafka, began.cpu.kafka),
    },
    stages_us: Object.fromEntries(
      Object.entries(stages.seconds).map(([stage, spent]) => [
        stage,
        round(((spent - (began.seconds[stage] ?? 0)) * 1e6) / (stages.events - began.events)),
      ]),
    ),
  };
}

function cpuOf({ pids }: BenchStack, worker: number) {
  return { worker: cpuSeconds(worker), postgres: cpuSeconds(pids.postgres), kafka: cpuSeconds(pids.kafka) };
}

/** Events at a steady rate: how old they are when they are stored and seen, and when a checkpoint covers them. */
export async function runPaced(
  stack: BenchStack,
  arrivals: Arrivals,
  workload: Workload,
  { pace, seconds: pacedSeconds }: { pace: number; seconds: number },
) {
  const count = pace * pacedSeconds;
  const { messages, from } = await madeBeforehand(workload, count, pacedSeconds);
  const before = arrivals.stored;
  const sending: Promise<void>[] = [];
  let next = 0;
  while (next < messages.length) {
    const now = Date.now();
    let end = next;
    while (end < messages.length && (messages[end]?.at ?? 0) <= now) end++;
    if (end > next) sending.push(stack.send(messages.slice(next, end)));
    next = end;
    await delay(10);
  }
  await Promise.all(sending);
  await arrivals.until(before + messages.length);
  const seconds = (Date.now() - from) / 1000;
  await delay(2_000);
  // The first second is left out: the producer's connections and the worker's fetches settle in it.
  const { age, visible, checkpoint } = await arrivals.ages(from + 1_000);
  const { p99 } = percentiles(checkpoint);
  return {
    events_per_s: Math.round(messages.length / seconds),
    age_ms: percentiles(age),
    visible_ms: percentiles(visible.filter((value) => !Number.isNaN(value))),
    checkpoint_ms: { mean: round(checkpoint.reduce((sum, value) => sum + value, 0) / checkpoint.length), p99 },
  };
}

/** Making and signing events is their producers' work, and so is done before their time comes; a busy machine gets more time for it. */
async function madeBeforehand(workload: Workload, count: number, seconds: number) {
  let planned = count * 0.12 + 3_000;
  for (let tries = 1; ; tries++) {
    const began = Date.now();
    const from = began + planned;
    const messages = workload.make(count, from, from + seconds * 1000);
    const took = Date.now() - began;
    if (took <= planned) {
      await delay(planned - took);
      return { messages, from };
    }
    if (tries === 4) throw new Error(`making ${count} events takes ${took} ms: the machine is too busy`);
    planned = took * 2;
  }
}
