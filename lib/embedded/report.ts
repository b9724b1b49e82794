import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { postgresBinaries } from './postgres-binaries';

/** Versions of the servers that figures were measured with; null: there was none. */
export interface Servers {
  postgres: string;
  kafka: string | null;
}

/** Version of the embedded Postgres. */
export function postgresVersion(): string {
  const said = execFileSync(postgresBinaries().postgres, ['--version'], { encoding: 'utf8' });
  return said.replace(/^\D+/, '').trim();
}

/** Figures as one JSON text, with the machine and servers that they were measured on. `seconds`: how long the measuring took. */
export function reportOf(figures: object, seconds: number, servers: Servers): string {
  const processors = cpus();
  const machine = {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memory_gib: tenths(totalmem() / 2 ** 30),
    node: process.versions.node,
    ...servers,
  };
  const report = { ...figures, machine, at: new Date().toISOString(), seconds: tenths(seconds) };
  return `${JSON.stringify(report, null, 2)}\n`;
}

const tenths = (value: number): number => Math.round(value * 10) / 10;
