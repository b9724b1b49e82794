import { expect, it } from 'vitest';
import { maxDefinition, maxTools } from '@/lib/core/judge/inventory';
import { chainKey } from '@/lib/core/judge/needs';
import { maxGaps } from '@/lib/core/provenance/chain';
import { loadFacts } from '@/lib/store/facts';
import { pool } from '@/lib/store/pool';
import { testDatabase } from '@/test/support/postgres';

testDatabase();

const nothing = {
  chains: [],
  epochs: [],
  keys: [],
  sourceKids: [],
  servers: [],
  known: [],
  sightings: [],
  receipts: [],
  subjects: [],
};

it('loads the newest gaps, and a floor only where more are stored', async () => {
  for (const [source, gaps] of [
    ['facts:full', maxGaps],
    ['facts:more', maxGaps + 3],
  ] as const) {
    await pool().query(
      `INSERT INTO source_chain (source, epoch, head_sequence, head_hash, head_time) VALUES ($1, 'e', 90000, 'h', now())`,
      [source],
    );
    await pool().query(
      `INSERT INTO chain_gap (source, epoch, from_sequence, to_sequence)
       SELECT $1, 'e', 2 * n, 2 * n FROM generate_series(0, $2::int - 1) n`,
      [source, gaps],
    );
  }
  const keys = ['facts:full', 'facts:more'].map((source) => chainKey(source, 'e'));
  const { chains } = await loadFacts(pool(), { ...nothing, chains: keys });
  const shown = keys.map((key) => chains.get(key)).map((head) => [head?.gaps.length, head?.gaps[0]?.from, head?.floor]);
  expect(shown).toEqual([
    [maxGaps, 0n, undefined],
    [maxGaps, 6n, 5n],
  ]);
});

it('loads the tools shown last, newest definition each, and of a long one the hash', async () => {
  await pool().query(
    `INSERT INTO server (key, name, first_seen, last_seen) VALUES ('facts:server', 'facts', now(), now())`,
  );
  await pool().query(
    `INSERT INTO tool_definition (server, tool, hash, definition, event_id, first_seen, last_seen)
     SELECT 'facts:server', 'tool' || n, version, CASE WHEN n = $2 THEN repeat('x', $3) ELSE '{}' END, gen_random_uuid(),
       now(), now() + make_interval(secs => n) - CASE WHEN version = 'old' THEN interval '1 day' ELSE interval '0' END
     FROM generate_series(0, $1::int) n, unnest(ARRAY['old', 'new']) version`,
    [maxTools, maxTools - 1, maxDefinition + 1],
  );
  const { servers } = await loadFacts(pool(), { ...nothing, servers: ['facts:server', 'facts:unknown'] });
  const tools = servers.get('facts:server')?.tools;
  expect([tools?.size, tools?.has('tool0'), [...(tools?.keys() ?? [])].at(-1)]).toEqual([
    maxTools,
    false,
    `tool${maxTools}`,
  ]);
  expect(tools?.get(`tool${maxTools - 1}`)).toEqual({ hash: 'new', definition: null });
  expect(tools?.get('tool1')).toEqual({ hash: 'new', definition: '{}' });
  expect(servers.get('facts:unknown')).toBeNull();
});
