import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { createPool } from '../store/pool';
import { kafkaVersion } from './kafka-jars';

/** Writes figures as one JSON object, with the machine that they were measured on. `seconds`: how long the measuring took. */
export async function writeReport(file: string, figures: object, seconds: number): Promise<void> {
  const report = { ...figures, machine: await machine(), at: new Date().toISOString(), seconds: round(seconds) };
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
}

async function machine() {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memory_gib: round(totalmem() / 2 ** 30),
    node: process.versions.node,
    postgres: await postgresVersion(),
    kafka: process.env.KAFKA_BROKERS ? kafkaVersion : null,
  };
}

async function postgresVersion(): Promise<string | null> {
  if (!process.env.DATABASE_URL) return null;
  const pool = createPool(process.env.DATABASE_URL, { max: 1 });
  try {
    const { rows } = await pool.query<{ version: string }>(`SELECT current_setting('server_version') AS version`);
    return rows[0]?.version ?? null;
  } finally {
    await pool.end();
  }
}

const round = (value: number): number => Math.round(value * 10) / 10;
