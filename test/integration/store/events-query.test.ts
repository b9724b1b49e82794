import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventFields } from '@/lib/core/query/event-fields';
import { parseFilter } from '@/lib/core/query/filter';
import { parseRange } from '@/lib/core/query/time-range';
import { findEvent } from '@/lib/store/event-detail';
import { countEvents, countNewer, type EventCursor, eventsOverTime, listEvents } from '@/lib/store/events-query';
import { testDatabase } from '../../support/postgres';

const database = testDatabase();
const secret = 'only the body says this';
const total = 230;

interface Made {
  id: string;
  time: string;
}
let made: Made[];

beforeAll(async () => {
  const { pool } = database;
  const { rows } = await pool.query(
    `INSERT INTO log (origin, kind, root) VALUES ('custody.local/test', 'http', sha256('')) RETURNING id`,
  );
  await pool.query(
    `INSERT INTO server (key, name, first_seen, last_seen) VALUES ('stdio:files:1', 'files', now(), now())`,
  );
  const now = Date.now();
  made = [];
  for (let n = 0; n < total; n++) {
    // Many share a time, so that only the id keeps them apart.
    const time = new Date(now - Math.floor(n / 7) * 60_000).toISOString();
    const id = randomUUID();
    made.push({ id, time });
    await pool.query('SELECT ensure_event_partition($1::date)', [time.slice(0, 10)]);
    await pool.query(
      `INSERT INTO event (time, id, log_id, log_index, recorded_at, source, type, method, server, tool, actor, status, duration_us,
         bytes_in, bytes_out, format, assertion, severity, event_hash, leaf_hash, body)
       VALUES ($1, $2, $3, $4, $1, 'urn:mcp:src:t:t:t', 'mcp.audit.rpc.tools_call.v1', 'tools/call', 'stdio:files:1', $5, $6, $7, $8,
         10, 20, 'native', 'observed', $9, sha256('e'), sha256('l'), $10)`,
      [
        time,
        id,
        rows[0].id,
        n,
        n % 2 ? 'read_file' : 'write_file',
        n % 3 ? 'alice' : `o'brien; DROP TABLE event --`,
        n % 10 ? 'success' : 'failure',
        n * 1000,
        n % 20 ? 0 : 5,
        JSON.stringify({
          data: { request: { arguments: { note: secret } }, mcp: { meta: { note: secret }, transport: 'stdio' } },
        }),
      ],
    );
  }
});

const asked = (query: string, range = '6h') => {
  const parsed = parseFilter(query, eventFields);
  if (!parsed.ok) throw new Error(parsed.message);
  return { filter: parsed.filter, range: parseRange({ range }, new Date()) };
};

describe('listEvents', () => {
  it('pages through every event once, newest first, and back again', async () => {
    const pages: string[][] = [];
    let cursor: EventCursor | null = null;
    do {
      const page: Awaited<ReturnType<typeof listEvents>> = await listEvents(asked(''), cursor, 50);
      pages.push(page.rows.map((row) => row.id));
      expect(page.newer === null).toBe(pages.length === 1);
      cursor = page.older;
    } while (cursor);
    const seen = pages.flat();
    expect(new Set(seen).size).toBe(total);
    const order = (a: Made, b: Made) => (a.time === b.time ? (a.id < b.id ? 1 : -1) : a.time < b.time ? 1 : -1);
    expect(seen).toEqual([...made].sort(order).map(({ id }) => id));

    const last = await listEvents(asked(''), null, 50);
    const second = await listEvents(asked(''), last.older, 50);
    const first = await listEvents(asked(''), second.newer, 50);
    expect(first.rows.map((row) => row.id)).toEqual(pages[0]);
    expect(first.newer).toBeNull();
  });

  it.each([
    ['tool:read_file', (n: number) => n % 2 === 1],
    ['tool:read_*', (n: number) => n % 2 === 1],
    ['-tool:read_file', (n: number) => n % 2 === 0],
    ['severity:>=high', (n: number) => n % 20 === 0],
    ['severity:none status:failure', (n: number) => n % 10 === 0 && n % 20 !== 0],
    ['duration:>100', (n: number) => n > 100],
    [`actor:"o'brien; DROP TABLE event --"`, (n: number) => n % 3 === 0],
    ['server:files', () => true],
    ['server:stdio:files:1', () => true],
    ['type:rpc.tools_call', () => true],
    ['tool:read_file OR severity:critical', (n: number) => n % 2 === 1 || n % 20 === 0],
    ['last:5m', (n: number) => n < 35],
    ['brien', (n: number) => n % 3 === 0],
    // A word with LIKE's own signs means itself.
    ['tool:read%', () => false],
    ['"al_ce"', () => false],
  ])('%s', async (query, holds) => {
    const { rows } = await listEvents(asked(query), null, 1000);
    const expected = made.filter((_, n) => holds(n)).map(({ id }) => id);
    expect(rows.map((row) => row.id).sort()).toEqual(expected.sort());
    expect((await countEvents(asked(query))).total).toBe(expected.length);
  });

  it('does not search what calls carried, nor answer with it', async () => {
    expect((await listEvents(asked(`"${secret}"`), null, 10)).rows).toEqual([]);
    const { rows } = await listEvents(asked(''), null, 10);
    expect(JSON.stringify(rows)).not.toContain(secret);
    expect(JSON.stringify(await findEvent(made[0]?.id as string))).not.toContain(secret);
  });
});

it('counts failures, detections, and what is newer than a row', async () => {
  expect(await countEvents(asked(''))).toEqual({ total, failed: 23, flagged: 12 });
  const { rows } = await listEvents(asked(''), null, 41);
  expect(await countNewer(asked(''), rows[40] ?? null)).toBe(40);
  expect(await countNewer(asked('tool:none'), rows[40] ?? null)).toBe(0);
});

it('adds up over time to all there are', async () => {
  const points = await eventsOverTime(asked(''), 60_000);
  expect(points?.reduce((sum, point) => sum + point.quiet + point.flagged, 0)).toBe(total);
});

describe('findEvent', () => {
  it('has how the call went, with its server’s name', async () => {
    expect(await findEvent(made[3]?.id as string)).toMatchObject({
      serverName: 'files',
      serverDecision: 'unlisted',
      durationUs: 3000,
      logOrigin: 'custody.local/test',
      data: { mcp: { transport: 'stdio' } },
    });
    expect(await findEvent(randomUUID())).toBeNull();
  });
});
