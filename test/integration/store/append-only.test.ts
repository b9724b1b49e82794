import { beforeAll, describe, expect, test } from 'vitest';
import { madeAlert, madeEvent, madeUser } from '../../support/made';
import { testDatabase } from '../../support/postgres';

const db = testDatabase();

/** Evidence: a row is added and stays as it is. With a column of each to try it on. */
const evidence = {
  installation: 'origin',
  log_tile: 'root',
  checkpoint: 'note',
  observer_batch: 'sig',
  event: 'body',
  detection: 'summary',
  audit_entry: 'body',
  alert_activity: 'body',
  cosignature: 'line',
  timestamp_token: 'token',
  equivocation: 'theirs',
  change_agreement: 'name',
  retention_drop: 'day',
  retention_log: 'root',
  retention_range: 'to_index',
  retention_chain: 'events',
  log_edge: 'leaf_hash',
  drill: 'missed',
};
/** State, that changes with what becomes known. */
const state = [
  'log',
  'source_chain',
  'source_run',
  'source_silence',
  'source_watch',
  'source_clock',
  'call_watch',
  'call_pair',
  'chain_gap',
  'source_key',
  'receipt_link',
  'own_event',
  'usage_minute',
  'server',
  'tool_definition',
  'secret_sighting',
  'alert',
  'dead_letter',
  'app_user',
  'api_key',
  'job_lease',
  'worker_status',
  'anchor_status',
  'policy_status',
  'log_halt',
  'change_request',
  'legal_hold',
  'retention_setting',
  'lineage_position',
  'context_edge',
  'context_print',
  'sealed_value',
  'data_subject',
];

let partition: string;
beforeAll(async () => {
  const { id, time } = await madeEvent(db.pool);
  partition = `event_${time.slice(0, 10).replaceAll('-', '')}`;
  const alert = await madeAlert(db.pool);
  const { id: person, email } = await madeUser(db.pool, 'analyst');
  const hash = Buffer.alloc(32);
  await db.pool.query(`INSERT INTO installation (origin) VALUES ('here')`);
  const { rows } = await db.pool.query(`INSERT INTO log (origin, kind, root) VALUES ('l', 'http', $1) RETURNING id`, [
    hash,
  ]);
  const log = rows[0].id;
  await db.pool.query('INSERT INTO log_tile VALUES ($1, 0, 0, $2, $3)', [log, Buffer.alloc(8192), hash]);
  await db.pool.query(`INSERT INTO observer_batch VALUES ($1, 0, 1, $2, 'k', 's')`, [log, hash]);
  await db.pool.query(`INSERT INTO checkpoint VALUES ($1, 1, $2, 'signed', now())`, [log, hash]);
  await db.pool.query(`INSERT INTO cosignature VALUES ($1, 1, 'witness', 'line', now())`, [log]);
  await db.pool.query(`INSERT INTO timestamp_token VALUES ($1, 1, 'https://tsa.example', $2, now())`, [log, hash]);
  await db.pool.query(
    `INSERT INTO equivocation VALUES ($1, now(), $2, 1, 'other_root', 'somebody', 'theirs', 'ours', $3)`,
    [id, log, hash],
  );
  await db.pool.query(`INSERT INTO detection VALUES ($1, $2, $3, 'tool-poisoning', 4, 'seen', '[]')`, [
    alert,
    id,
    time,
  ]);
  await db.pool.query(
    `INSERT INTO audit_entry VALUES ($1, now(), $2, 'analyst', 'alert.comment', 'alert', '{}', $3, 0, $4, $4)`,
    [id, email, log, hash],
  );
  await db.pool.query(`INSERT INTO alert_activity VALUES ($1, $2, now(), $3, 'comment', 'said')`, [id, alert, email]);
  await db.pool.query(
    `INSERT INTO change_request (id, kind, payload, reason, requested_by, expires_at)
     VALUES ($1, 'retention', '{}', 'asked', $2, now())`,
    [id, email],
  );
  await db.pool.query('INSERT INTO change_agreement VALUES ($1, $2, $3)', [id, person, email]);
  await db.pool.query('INSERT INTO retention_drop VALUES ($1, now(), 1, 1, 1)', [id]);
  await db.pool.query('INSERT INTO retention_log VALUES ($1, $2, 1, 1, $3)', [id, log, hash]);
  await db.pool.query('INSERT INTO retention_range VALUES ($1, 0, 0, $2)', [log, id]);
  await db.pool.query(`INSERT INTO retention_chain VALUES ($1, 'a source', '1', 1, 0)`, [id]);
  await db.pool.query('INSERT INTO log_edge VALUES ($1, 0, $2)', [log, hash]);
  await db.pool.query(`INSERT INTO drill VALUES ($1, now(), 'system', $2, 0, 1, '[]', 0, 1)`, [id, log]);
});

test('every table is either evidence or state', async () => {
  const { rows } = await db.pool.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition`,
  );
  const ours = rows.map(({ name }) => name).filter((name) => !/migration/.test(name));
  expect(ours.sort()).toEqual([...Object.keys(evidence), ...state].sort());
});

describe.each([...Object.entries(evidence), ['the partition of a day', 'body']])('%s', (name, column) => {
  const table = () => (name in evidence ? name : partition);
  const all = async () => (await db.pool.query(`SELECT * FROM ${table()}`)).rows;

  test.each([
    ['UPDATE', () => `UPDATE ${table()} SET ${column} = ${column}`],
    ['DELETE', () => `DELETE FROM ${table()}`],
    ['TRUNCATE', () => `TRUNCATE ${table()}`],
    ['TRUNCATE CASCADE', () => `TRUNCATE ${table()} CASCADE`],
  ])('refuses %s', async (_, statement) => {
    const before = await all();
    expect(before).toHaveLength(1);
    await expect(db.pool.query(statement())).rejects.toMatchObject({
      code: '42501',
      message: expect.stringContaining('on append-only table'),
    });
    expect(await all()).toEqual(before);
  });
});
