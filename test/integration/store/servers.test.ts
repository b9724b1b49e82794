import { expect, it } from 'vitest';
import { pool } from '@/lib/store/pool';
import { listDefinitions } from '@/lib/store/servers';
import { testDatabase } from '@/test/support/postgres';

testDatabase();

const insert = (server: string, tool: string, versions: number, length: number) =>
  pool().query(
    `INSERT INTO tool_definition (server, tool, hash, definition, event_id, first_seen, last_seen)
     SELECT $1, $2, 'h' || n, repeat('x', $4), gen_random_uuid(), now() + make_interval(secs => n), now()
     FROM generate_series(1, $3::int) n`,
    [server, tool, versions, length],
  );

it('lists the newest versions of each tool, and says how many there were', async () => {
  await insert('s:many', 'a', 1, 2);
  await insert('s:many', 'b', 14, 2);
  const found = await listDefinitions('s:many');
  expect(found.map(({ tool, hash, number, of }) => `${tool} ${hash} ${number}/${of}`)).toEqual([
    'a h1 1/1',
    ...Array.from({ length: 10 }, (_, n) => `b h${n + 5} ${n + 5}/14`),
  ]);
});

it('loads no more than two million characters, of every tool the newest first', async () => {
  for (const tool of ['a', 'b', 'c']) await insert('s:large', tool, 2, 450_000);
  const found = await listDefinitions('s:large');
  expect(found.map(({ tool, number, definition }) => [tool, number, definition?.length ?? null])).toEqual([
    ['a', 1, 450_000],
    ['a', 2, 450_000],
    ['b', 1, null],
    ['b', 2, 450_000],
    ['c', 1, null],
    ['c', 2, 450_000],
  ]);
});
