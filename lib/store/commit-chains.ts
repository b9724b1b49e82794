import type { PoolClient } from 'pg';
import type { ChainWrite } from '../core/judge/batch';
import { CommitConflict } from './commit-contract';

/** Moves the chain heads, each by compare-and-swap on the head that the judge was told, and their gaps. */
export async function writeChains(client: PoolClient, chains: ChainWrite[]): Promise<void> {
  const { rows } = await client.query<{ moved: number }>({
    name: 'move_chains',
    text: `WITH d AS MATERIALIZED (
      SELECT * FROM unnest($1::text[], $2::text[], $3::int8[], $4::text[], $5::timestamptz[], $6::text[], $7::int8[],
        $8::int8[], $9::int8[], $10::text[])
        AS t (source, epoch, sequence, hash, time, kid, events, duplicates, was_sequence, was_hash)
      ORDER BY source, epoch
    ), moved AS (
      UPDATE source_chain c SET head_sequence = d.sequence, head_hash = d.hash, head_time = d.time, kid = d.kid,
        events = c.events + d.events, duplicates = c.duplicates + d.duplicates, updated_at = now()
      FROM d WHERE c.source = d.source AND c.epoch = d.epoch
        AND c.head_sequence = d.was_sequence AND c.head_hash = d.was_hash
      RETURNING 1
    ), begun AS (
      INSERT INTO source_chain (source, epoch, head_sequence, head_hash, head_time, kid, events, duplicates)
      SELECT source, epoch, sequence, hash, time, kid, events, duplicates FROM d WHERE was_sequence IS NULL
      ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT ((SELECT count(*) FROM moved) + (SELECT count(*) FROM begun))::int AS moved`,
    values: [
      chains.map((chain) => chain.source),
      chains.map((chain) => chain.epoch),
      chains.map((chain) => chain.sequence),
      chains.map((chain) => chain.hash),
      chains.map((chain) => chain.time),
      chains.map((chain) => chain.kid),
      chains.map((chain) => chain.events),
      chains.map((chain) => chain.duplicates),
      chains.map((chain) => chain.was?.sequence ?? null),
      chains.map((chain) => chain.was?.hash ?? null),
    ],
  });
  if (rows[0]?.moved !== chains.length) {
    throw new CommitConflict('chain', `${chains.length - (rows[0]?.moved ?? 0)} source chains moved meanwhile`);
  }
  await closeGaps(client, chains);
  await openGaps(client, chains);
}

async function closeGaps(client: PoolClient, chains: ChainWrite[]): Promise<void> {
  const closed = chains.flatMap(({ source, epoch, closed }) => closed.map((from) => ({ source, epoch, from })));
  if (closed.length === 0) return;
  await client.query(
    `DELETE FROM chain_gap g USING unnest($1::text[], $2::text[], $3::int8[]) AS d (source, epoch, from_sequence)
     WHERE g.source = d.source AND g.epoch = d.epoch AND g.from_sequence = d.from_sequence`,
    [closed.map((gap) => gap.source), closed.map((gap) => gap.epoch), closed.map((gap) => gap.from)],
  );
}

async function openGaps(client: PoolClient, chains: ChainWrite[]): Promise<void> {
  const opened = chains.flatMap(({ source, epoch, opened }) => opened.map((gap) => ({ source, epoch, ...gap })));
  if (opened.length === 0) return;
  await client.query(
    `INSERT INTO chain_gap (source, epoch, from_sequence, to_sequence)
     SELECT * FROM unnest($1::text[], $2::text[], $3::int8[], $4::int8[])
     ON CONFLICT (source, epoch, from_sequence) DO UPDATE SET to_sequence = excluded.to_sequence`,
    [
      opened.map((gap) => gap.source),
      opened.map((gap) => gap.epoch),
      opened.map((gap) => gap.from),
      opened.map((gap) => gap.to),
    ],
  );
}
