import { setTimeout as delay } from 'node:timers/promises';
import { numberOption, percentiles, report, round, say } from '../../support/figures';
import { Arrivals } from './arrivals';
import { bareCopy } from './bare-copy';
import { cpuSeconds, rssMib } from './process';
import { type BenchStack, startStack } from './stack';
import { createWorkload, mix } from './workload';

/** Events a second of the paced run, and how long it lasts. */
const pace = 10_000;
const pacedSeconds = 20;
const repeats = 2;

type Workload = ReturnType<typeof createWorkload>;

/**
 * Events through a real Kafka into a real Postgres with everything on. The backlog is produced before the worker starts
 * and its first tenth is the warm-up; bare COPY of the same rows into tables of the same shape runs in the same minutes.
 */
await report(async () => {
  const events = numberOption('events', 200_000);
  say('ingest: Kafka to Postgres, everything on, beside a bare COPY');
  const stack = await startStack();
  const arrivals = new Arrivals(stack.url);
  try {
    await arrivals.start();
    const workload = createWorkload(7);
    await stack.enroll(workload.enrolled);
    await warmUp(stack, arrivals, workload);

    say(`backlog of ${events}: producing`);
    const backlog = await runBacklog(stack, arrivals, workload, events);
    say(`backlog: ${Math.round(backlog.events_per_s)} events/s`);
    say('bare COPY of the same rows');
    const copyCpu = cpuSeconds(stack.pids.postgres);
    const copy = await bareCopy(stack.pool, events, repeats);
    say(`bare COPY: ${Math.round(copy.one)} rows/s on one connection, ${Math.round(copy.four)} on four`);
    const copyUs = ((cpuSeconds(stack.pids.postgres) - copyCpu) * 1e6) / copy.rows;
    const ratio = backlog.events_per_s / copy.four;

    const worker = await stack.startWorker();
    say(`paced: ${pace}/s for ${pacedSeconds} s`);
    const paced = await runPaced(stack, arrivals, workload);
    say(`paced: ${JSON.stringify(paced)}`);
    const figures = {
      events,
      bytes_per_event: backlog.bytes_per_event,
      formats: mix,
      repeats: { backlog: 1, copy: repeats },
      events_per_s: Math.round(backlog.events_per_s),
      copy_rows_per_s: Math.round(copy.four),
      copy_rows_per_s_one_connection: Math.round(copy.one),
      ratio_to_copy: round(ratio, 3),
      paced: { events_per_s: paced.events_per_s, age_ms: paced.age_ms },
      visible_ms: paced.visible_ms,
      checkpoint_ms: paced.checkpoint_ms,
      rss_mib: await runLong(stack, arrivals, workload, { events: events * 5, pid: worker.pid }),
      events_per_batch: backlog.events_per_batch,
      failures: backlog.failures,
      cpu_us_per_event: backlog.cpu_us_per_event,
      copy_postgres_cpu_us_per_row: round(copyUs),
      stages_us: backlog.stages_us,
      dead_letters: await countDeadLetters(stack),
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

/** What this bench promises; the rates are for 2 cores that are shared with Kafka and Postgres. */
function shortcomings(figures: {
  events_per_s: number;
  ratio_to_copy: number;
  paced: { events_per_s: number; age_ms: { p99: number } };
  rss_mib: { start: number; end: number };
  dead_letters: number;
}): string[] {
  const { events_per_s, ratio_to_copy, paced, rss_mib, dead_letters } = figures;
  const found: string[] = [];
  if (events_per_s < 15_000) found.push(`${events_per_s} events/s of 15,000`);
  if (ratio_to_copy < 0.35) found.push(`${ratio_to_copy} of the bare COPY, where 0.35 is the aim`);
  if (paced.age_ms.p99 >= 1_000) {
    found.push(`at ${pace}/s an event is ${paced.age_ms.p99} ms old at p99 when it is stored, not under 1,000 ms`);
  }
  if (rss_mib.end > rss_mib.start * 1.2) found.push(`memory grew from ${rss_mib.start} to ${rss_mib.end} MiB`);
  if (dead_letters > 0) found.push(`${dead_letters} dead letters, where none should be`);
  return found;
}

/** Every event of the workload is good: each dead letter is said with its reason. */
async function countDeadLetters(stack: BenchStack): Promise<number> {
  const { rows } = await stack.pool.query<{ reason: string; detail: string; count: number }>(
    'SELECT reason, min(detail) AS detail, count(*)::int AS count FROM dead_letter GROUP BY reason ORDER BY count DESC',
  );
  for (const { reason, detail, count } of rows) say(`${count} dead letters: ${reason}, the like of: ${detail}`);
  return rows.reduce((sum, { count }) => sum + count, 0);
}

/** Makes the servers known and approves them, as they are in an organisation that has been at it for a while. */
async function warmUp(stack: BenchStack, arrivals: Arrivals, workload: Workload): Promise<void> {
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

async function runBacklog(stack: BenchStack, arrivals: Arrivals, workload: Workload, events: number) {
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

async function runPaced(stack: BenchStack, arrivals: Arrivals, workload: Workload) {
  const count = pace * pacedSeconds;
  // Made beforehand: making and signing them is the producers' work.
  const makingMs = count * 0.12 + 3_000;
  const from = Date.now() + makingMs;
  const messages = workload.make(count, from, from + pacedSeconds * 1000);
  const late = Date.now() - from;
  if (late > 0) throw new Error(`making the paced events took ${late} ms longer than planned: the machine is too busy`);
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

/** The worker's memory while many more events go through the same process. */
async function runLong(
  stack: BenchStack,
  arrivals: Arrivals,
  workload: Workload,
  { events, pid }: { events: number; pid: number },
) {
  const samples: number[] = [];
  const sampling = setInterval(() => samples.push(rssMib(pid)), 500);
  const before = arrivals.stored;
  let sent = 0;
  try {
    while (sent < events) {
      const part = workload.make(Math.min(20_000, events - sent), Date.now() - 20_000, Date.now());
      await stack.send(part);
      sent += part.length;
      await arrivals.until(before + sent - 40_000);
      if (sent % 200_000 < part.length) say(`long run: ${sent} events, ${rssMib(pid)} MiB`);
    }
    await arrivals.until(before + sent);
  } finally {
    clearInterval(sampling);
  }
  const tenth = Math.ceil(samples.length / 10);
  const mean = (part: number[]) => Math.round(part.reduce((sum, value) => sum + value, 0) / part.length);
  // The first tenth is the same process's way to its working size.
  return {
    events: sent,
    start: mean(samples.slice(tenth, 2 * tenth)),
    end: mean(samples.slice(-tenth)),
    max: Math.max(...samples),
  };
}
