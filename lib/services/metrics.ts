import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { measure } from '../store/metrics';

interface WebMetrics {
  registry: Registry;
  ingested: Counter<'outcome'>;
  ingestSeconds: Histogram;
  logSize: Gauge<'log'>;
  lag: Gauge<'topic' | 'partition'>;
  ageSeconds: Gauge<'topic' | 'partition'>;
  openAlerts: Gauge<'severity'>;
  deadLetters: Gauge;
  gaps: Gauge;
  lineageLag: Gauge;
}

// One for the process, also where modules are bundled once per route.
const shared = globalThis as { custodyMetrics?: WebMetrics };

function metrics(): WebMetrics {
  shared.custodyMetrics ??= create();
  return shared.custodyMetrics;
}

function create(): WebMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const gauge = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Gauge<L>({ name, help, labelNames, registers });
  return {
    registry,
    ingested: new Counter({
      name: 'custody_http_events_total',
      help: 'Events that came in by HTTP, by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    ingestSeconds: new Histogram({
      name: 'custody_http_ingest_seconds',
      help: 'From the whole body to the commit',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    logSize: gauge('custody_log_size', 'Entries of each Merkle log', ['log']),
    lag: gauge('custody_kafka_lag', 'Records that Kafka has and Postgres has not', ['topic', 'partition']),
    ageSeconds: gauge('custody_event_age_seconds', 'From the producer to the commit', ['topic', 'partition']),
    openAlerts: gauge('custody_open_alerts', 'Alerts that are new or in progress', ['severity']),
    deadLetters: gauge('custody_dead_letters_waiting', 'Dead letters that nobody decided on'),
    gaps: gauge('custody_chain_gaps', 'Ranges of sequences that have not arrived'),
    lineageLag: gauge('custody_lineage_lag', 'Events whose content was not yet followed'),
  };
}

/** Counts one request's events by outcome, and its seconds. */
export function countIngest(outcomes: string[], seconds: number): void {
  const { ingested, ingestSeconds } = metrics();
  for (const outcome of outcomes) ingested.inc({ outcome });
  ingestSeconds.observe(seconds);
}

/** Everything in Prometheus' text format, with its content type. */
export async function metricsPage(): Promise<{ contentType: string; text: string }> {
  const all = metrics();
  const measured = await measure();
  for (const labelled of [all.logSize, all.lag, all.ageSeconds, all.openAlerts]) labelled.reset();
  for (const { log, size } of measured.logSize) all.logSize.set({ log }, size);
  for (const { topic, partition, lag, ageMs } of measured.kafkaLag) {
    all.lag.set({ topic, partition }, lag);
    all.ageSeconds.set({ topic, partition }, ageMs / 1000);
  }
  for (const { severity, count } of measured.openAlerts) all.openAlerts.set({ severity }, count);
  all.deadLetters.set(measured.deadLettersWaiting);
  all.gaps.set(measured.openGaps);
  all.lineageLag.set(measured.lineageLag);
  return { contentType: all.registry.contentType, text: await all.registry.metrics() };
}
