import { beforeAll, expect, it } from 'vitest';
import { findEntities } from '@/lib/store/entities';
import { listServerUsers } from '@/lib/store/servers';
import { testDatabase } from '../../support/postgres';

const database = testDatabase();

/** One server seen in a demonstration alone, one that is real; bob used both. */
beforeAll(async () => {
  await database.pool.query(
    `INSERT INTO server (key, name, first_seen, last_seen, generated)
     VALUES ('found:made', 'made', now(), now(), true), ('found:real', 'real', now(), now(), false)`,
  );
  await database.pool.query(
    `INSERT INTO tool_definition (server, tool, hash, definition, event_id, first_seen, last_seen)
     SELECT server, tool, 'h', '{}', gen_random_uuid(), now(), now()
     FROM (VALUES ('found:made', 'found_made'), ('found:made', 'found_both'), ('found:real', 'found_both')) t (server, tool)`,
  );
  await database.pool.query(
    `INSERT INTO usage_minute (minute, log_id, method, server, tool, actor, generated, calls, errors, denied, bytes_in, bytes_out, durations)
     SELECT now(), 1, 'tools/call', server, 'x', actor, generated, 1, 0, 0, 0, 0, 0
     FROM (VALUES ('found:made', 'found-ann', true), ('found:made', 'found-bob', true), ('found:made', 'found-bob', false))
       t (server, actor, generated)`,
  );
});

it('says of what it finds whether all that is known of it was generated', async () => {
  const found = await findEntities('found');
  expect(Object.fromEntries(found.map(({ id, generated }) => [id, generated]))).toEqual({
    'found:made': true,
    'found:real': false,
    found_made: true,
    found_both: false,
    'found-ann': true,
    'found-bob': false,
  });
});

it('counts how many of a person’s calls were generated', async () => {
  const users = await listServerUsers('found:made');
  expect(users.map(({ actor, calls, generated }) => [actor, calls, generated])).toEqual([
    ['found-bob', 2, 1],
    ['found-ann', 1, 1],
  ]);
});
