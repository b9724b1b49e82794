import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { from, to } from 'pg-copy-streams';
import { eventColumns } from '../../../lib/store/copy-encoder';

/** Rows of one COPY. */
const slice = 4000;

/**
 * Copies the stored rows again, by nothing but COPY in transactions of 4,000 rows, into tables of the same shape, and
 * answers rows per second on one connection and on four, each the best of `repeats`.
 */
export async function bareCopy(
  pool: Pool,
  rows: number,
  repeats: number,
): Promise<{ one: number; four: number; rows: number }> {
  const streams = await readStreams(pool, rows);
  await pool.query(
    `CREATE SCHEMA bare; CREATE TABLE bare.event (LIKE public.event INCLUDING ALL) PARTITION BY RANGE (time)`,
  );
  const { rows: partitions } = await pool.query<{ name: string; bound: string; options: string }>(
    `SELECT c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bound, array_to_string(c.reloptions, ', ') AS options
     FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'public.event'::regclass`,
  );
  for (const { name, bound, options } of partitions)
    await pool.query(`CREATE TABLE bare.${name} PARTITION OF bare.event ${bound} WITH (${options})`);
  const best = { one: 0, four: 0 };
  for (let repeat = 0; repeat < repeats; repeat++) {
    best.one = Math.max(best.one, await run(pool, streams, 1));
    best.four = Math.max(best.four, await run(pool, streams, 4));
  }
  await pool.query('DROP SCHEMA bare CASCADE');
  // Copied out once, and in twice for each repeat.
  return { ...best, rows: streams.reduce((sum, stream) => sum + stream.rows, 0) * 2 * repeats };
}

interface Stream {
  bytes: Buffer;
  rows: number;
}

async function readStreams(pool: Pool, rows: number): Promise<Stream[]> {
  const { rows: logs } = await pool.query<{ id: number; size: string }>('SELECT id, size FROM log WHERE size > 0');
  const streams: Stream[] = [];
  let left = rows;
  const client = await pool.connect();
  for (const { id, size } of logs) {
    for (let first = 0; first < Number(size) && left > 0; first += slice) {
      const count = Math.min(slice, Number(size) - first);
      streams.push({ bytes: await copyOut(client, id, first, first + count), rows: count });
      left -= count;
    }
  }
  client.release();
  return streams;
}

async function copyOut(client: PoolClient, log: number, first: number, end: number): Promise<Buffer> {
  const stream = client.query(
    to(`COPY (SELECT ${eventColumns} FROM event WHERE log_id = ${log} AND log_index >= ${first} AND log_index < ${end}
      ORDER BY log_index) TO STDOUT (FORMAT binary)`),
  );
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function run(pool: Pool, streams: Stream[], connections: number): Promise<number> {
  await pool.query('TRUNCATE bare.event; CHECKPOINT');
  await delay(500);
  const waiting = [...streams];
  const began = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = await pool.connect();
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const copy = client.query(from(`COPY bare.event (${eventColumns}) FROM STDIN (FORMAT binary)`));
        copy.end(next.bytes);
        await once(copy, 'finish');
      }
      client.release();
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  return streams.reduce((sum, { rows }) => sum + rows, 0) / seconds;
}
