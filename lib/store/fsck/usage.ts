import { randomInt } from 'node:crypto';
import type { ClientBase } from 'pg';
import type { AuditEvent } from '../../core/event/envelope';
import type { EventRow } from '../../core/judge/contract';
import { columnsOf } from '../../core/judge/row';
import { fromDecimal, toDecimal } from '../../core/usage/histogram';
import { addUsage, type UsageRow } from '../../core/usage/rollup';
import type { Findings } from './report';

/** Of a row of the event table what usage is made of. */
export type UsageSource = Pick<EventRow, 'time' | 'server' | 'tool' | 'actor' | 'method' | 'generated'>;

/** Minutes whose rows are compared one by one where their sums differ. */
const mostMinutes = 50;

/**
 * Compares the usage of each minute with what its events come to. All rows of a minute are folded into one keyed sum, of which only that
 * is kept: memory grows with minutes, not with who called what. Where a sum differs, the minute is derived again row by row.
 */
export class UsageCheck {
  readonly #sums = new Map<string, [number, number]>();
  readonly #seed = [randomInt(2 ** 31) | 1, randomInt(2 ** 31) | 1] as const;
  #pending = new Map<string, UsageRow>();

  constructor(
    readonly client: ClientBase,
    readonly findings: Findings,
    /** Days (`YYYY-MM-DD`, UTC) of which retention took the events. */
    readonly prunedDays: string[],
  ) {}

  /** An event as its row is stored. */
  add(row: UsageSource, event: AuditEvent): void {
    addUsage(this.#pending, { ...columnsOf(event), ...row } as EventRow, event.data.phase);
  }

  /** At the end of a run of events of one log. */
  flush(logId: number): void {
    for (const row of this.#pending.values()) this.#sum(logId, row, 1);
    this.#pending = new Map();
  }

  async finish(): Promise<void> {
    await this.client.query(
      `DECLARE usage CURSOR FOR SELECT ${columns} FROM usage_minute
       WHERE NOT (minute AT TIME ZONE 'UTC')::date = ANY ($1::date[])`,
      [this.prunedDays],
    );
    for (;;) {
      const { rows } = await this.client.query<StoredUsage>('FETCH 5000 FROM usage');
      if (rows.length === 0) break;
      for (const row of rows) this.#sum(row.logId, { ...row, durations: fromDecimal(row.durations) }, -1);
    }
    await this.client.query('CLOSE usage');
    let left = mostMinutes;
    for (const [name, [a, b]] of this.#sums) {
      if (a === 0 && b === 0) continue;
      const [logId = '', minute = ''] = name.split(' ');
      if (this.prunedDays.includes(minute.slice(0, 10))) continue;
      if (left-- > 0) await this.#compare(Number(logId), minute);
      else this.#found(Number(logId), minute, 'The usage of this minute is not what its events come to.');
    }
  }

  #sum(logId: number, row: UsageRow, sign: 1 | -1): void {
    const key = [row.method, row.server, row.tool, row.actor, row.generated].join('\0');
    const values = [row.calls, row.errors, row.denied, row.bytesIn, row.bytesOut, ...row.durations];
    const name = `${logId} ${row.minute}`;
    const sum = this.#sums.get(name) ?? [0, 0];
    this.#seed.forEach((seed, n) => {
      const base = hash(key, seed);
      let total = sum[n] as number;
      values.forEach((value, field) => {
        if (value === 0) return;
        const weight = Math.imul(base ^ Math.imul(field + 1, 0x9e3779b1), seed) | 1;
        const folded = Math.imul(value | 0, weight) + Math.imul(Math.floor(value / 2 ** 32) | 0, weight ^ seed);
        total = (total + sign * folded) | 0;
      });
      sum[n] = total;
    });
    this.#sums.set(name, sum);
  }

  /** Names the rows of a minute that differ. */
  async #compare(logId: number, minute: string): Promise<void> {
    const events = await this.client.query<UsageSource & { body: string; time: Date }>(
      `SELECT time, server, tool, actor, method, generated, body FROM event
       WHERE time >= $2::timestamptz AND time < $2::timestamptz + interval '1 minute' AND log_id = $1`,
      [logId, minute],
    );
    const derived = new Map<string, UsageRow>();
    for (const { body, time, ...row } of events.rows) {
      const event = parse(body);
      if (event === null) continue;
      addUsage(derived, { ...columnsOf(event), ...row, time: time.toISOString() } as EventRow, event.data?.phase);
    }
    const expected = new Map([...derived.values()].map((row) => [nameOf(row), saysOf(row)]));
    const stored = await this.client.query<StoredUsage>(
      `SELECT ${columns} FROM usage_minute WHERE log_id = $1 AND minute = $2`,
      [logId, minute],
    );
    for (const row of stored.rows) {
      const name = nameOf(row);
      const says = saysOf({ ...row, durations: fromDecimal(row.durations) });
      const should = expected.get(name);
      expected.delete(name);
      if (should === undefined) this.#found(logId, `${minute} ${name}`, 'No event of it is stored.');
      else if (should !== says)
        this.#found(logId, `${minute} ${name}`, `It says ${says}, its events come to ${should}.`);
    }
    for (const [name, should] of expected)
      this.#found(logId, `${minute} ${name}`, `The row is missing; its events come to ${should}.`);
  }

  #found(logId: number, which: string, detail: string): void {
    this.findings.add({ log: `log ${logId}`, what: 'usage', where: `usage_minute ${logId} ${which}`, detail });
  }
}

const columns = `to_char(minute AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS".000Z"') AS minute, log_id AS "logId", method, server, tool, actor,
  generated, calls::float8 AS calls, errors::float8 AS errors, denied::float8 AS denied, bytes_in::float8 AS "bytesIn",
  bytes_out::float8 AS "bytesOut", durations::text AS durations`;

interface StoredUsage extends Omit<UsageRow, 'durations'> {
  logId: number;
  durations: string;
}

const nameOf = (row: Pick<UsageRow, 'method' | 'server' | 'tool' | 'actor' | 'generated'>): string =>
  JSON.stringify([row.method, row.server, row.tool, row.actor, row.generated]);

const saysOf = (row: UsageRow): string =>
  `${row.calls} calls, ${row.errors} errors, ${row.denied} denied, ${row.bytesIn} and ${row.bytesOut} bytes, durations ${toDecimal(row.durations)}`;

/** FNV-1a from a seed that nobody who filled the table knows. */
function hash(text: string, seed: number): number {
  let value = seed;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value;
}

/** Null where it is no JSON: somebody changed it, and the check of entries names it. */
function parse(body: string): AuditEvent | null {
  try {
    return JSON.parse(body) as AuditEvent;
  } catch {
    return null;
  }
}
