import { createServer } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Health } from './health';
import type { PartitionStats } from './stats';

type Partition = { topic: string; partition: number; stats: PartitionStats };

export interface MetricsParts {
  /** Nothing is served without one. */
  port: number | undefined;
  host: string;
  partitions(): Partition[];
  health(): Promise<Health>;
  /** The port could not be had. */
  failed(error: Error): void;
}

/** Serves `/metrics` (Prometheus) and `/health` (JSON; 200, or 503 with reasons). Answers how to stop. */
export function serveMetrics({ port, host, partitions, health, failed }: MetricsParts): () => Promise<void> {
  if (port === undefined) return async () => {};
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const collect = collectors(registry);
  const server = createServer(async (request, response) => {
    if (request.url === '/health') {
      const answer = await health();
      const head = { 'content-type': 'application/json', 'cache-control': 'no-store' };
      return response.writeHead(answer.status === 'ok' ? 200 : 503, head).end(`${JSON.stringify(answer)}\n`);
    }
    if (request.url !== '/metrics') return response.writeHead(404).end();
    collect(partitions());
    response.writeHead(200, { 'content-type': registry.contentType }).end(await registry.metrics());
  });
  server.on('error', failed);
  server.listen(port, host);
  return () => new Promise((resolve) => server.close(() => resolve()));
}

function collectors(registry: Registry): (partitions: Partition[]) => void {
  const registers = [registry];
  const labelNames = ['topic', 'partition'] as const;
  const counter = (name: string, help: string) => new Counter({ name, help, labelNames, registers });
  const counts = {
    events: counter('custody_events_total', 'Events stored'),
    records: counter('custody_records_total', 'Kafka records that led to events or dead letters'),
    batches: counter('custody_batches_total', 'Transactions committed'),
    duplicates: counter('custody_duplicates_total', 'Events that were stored already'),
    deadLetters: counter('custody_dead_letters_total', 'Dead letters'),
    failures: counter('custody_ingest_failures_total', 'Batches that began again from the last commit'),
  };
  const stages = new Counter({
    name: 'custody_stage_seconds_total',
    help: 'Time spent in each stage of ingest',
    labelNames: ['stage'],
    registers,
  });
  const lag = new Gauge({ name: 'custody_kafka_lag', help: 'Records not stored yet', labelNames, registers });
  return (partitions) => {
    for (const metric of [...Object.values(counts), stages, lag]) metric.reset();
    for (const { topic, partition, stats } of partitions) {
      const labels = { topic, partition };
      for (const name of Object.keys(counts) as (keyof typeof counts)[]) counts[name].inc(labels, stats[name]);
      for (const [stage, us] of Object.entries(stats.stagesUs)) stages.inc({ stage }, us / 1e6);
      lag.set(labels, Number(stats.behind));
    }
  };
}
