import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import type { AuditEvent } from '@/lib/core/event/envelope';
import { cosignatureType, formatVerifierKey, parseNote } from '@/lib/core/provenance/note';
import { cosign } from '@/lib/core/provenance/witness';
import { nodeCrypto, rawPublicKey, sha256, signerOf } from '@/lib/platform/crypto';
import { commentAlert } from '@/lib/services/comment-alert';
import { decideServer } from '@/lib/services/decide-server';
import { processObserverKey } from '@/lib/services/observer';
import { enrollObserverKey } from '@/lib/services/observer-key';
import { setAlertStatus } from '@/lib/services/set-alert-status';
import { latestCheckpoint } from '@/lib/store/checkpoint';
import { fsckWithin } from '@/lib/store/fsck/fsck';
import { signGrownLogs } from '@/lib/worker/checkpoint';
import { ChainedSource } from '../../support/chained';
import { madeUser } from '../../support/made';
import { testDatabase } from '../../support/postgres';
import { takeIn, takeInOwn } from '../../support/take-in';

const db = testDatabase();
const { privateKey } = generateKeyPairSync('ed25519');
const logKey = { sign: signerOf(privateKey), publicKey: rawPublicKey(privateKey) };
const source = new ChainedSource();
let log: number;

const call = (path: string): AuditEvent['data'] => ({
  actor: { type: 'user', id: 'ada@example.org' },
  server: { id: 'stdio:files', name: 'files' },
  tool: { name: 'read_file' },
  mcp: { method: 'tools/call' },
  phase: 'complete',
  request: { arguments: { path }, bytes: 20 },
  result: { content: [], bytes: 10 },
  timing: { duration_us: '1200' },
});

beforeAll(async () => {
  await enrollObserverKey(db.pool, processObserverKey());
  const now = Date.now() - 300_000;
  const events = Array.from({ length: 300 }, (_, i) =>
    source.next('rpc.tools_call', now + i * 500, call(i === 40 ? '../../../../etc/passwd' : `/tmp/${i}`)),
  );
  // One never arrives.
  events.splice(100, 1);
  await takeIn(events.slice(0, 200));
  await takeIn([
    ...events.slice(200),
    source.next('rpc.tools_list', now + 200_000, {
      ...call(''),
      mcp: { method: 'tools/list' },
      tools_list: { complete: true, tools: [{ name: 'read_file', description: 'Reads a file.' }] },
    }),
  ]);
  await takeInOwn(db.pool);
  const { rows } = await db.pool.query(`SELECT id, status FROM alert WHERE rule_id = 'path-traversal'`);
  const responder = await madeUser(db.pool, 'responder');
  await setAlertStatus(responder, { id: rows[0].id, from: 'new', to: 'in_progress' });
  await commentAlert(responder, { id: rows[0].id, body: 'looked at' });
  await decideServer(responder, { key: 'stdio:files', from: 'unlisted', to: 'approved', reason: 'known to us' });
  await signGrownLogs(db.pool, logKey, new Set());
  log = (await db.pool.query(`SELECT id FROM log WHERE kind = 'http'`)).rows[0].id;
  const checkpoint = await latestCheckpoint(db.pool, log);
  const witness = generateKeyPairSync('ed25519');
  const key = { name: 'witness.example', publicKey: rawPublicKey(witness.privateKey) };
  const { text } = parseNote(checkpoint?.note ?? '');
  await db.pool.query(
    `INSERT INTO cosignature (log_id, size, witness, line, cosigned_at) VALUES ($1, $2, $3, $4, to_timestamp(1700000000))`,
    [
      log,
      checkpoint?.size,
      formatVerifierKey(sha256, key, cosignatureType),
      cosign(nodeCrypto, text, key, 1_700_000_000, signerOf(witness.privateKey)),
    ],
  );
});

/** What fsck finds after this, which is undone again. Triggers are no hindrance to who owns the database. */
async function damaged(sql: string): Promise<string[]> {
  const client = await db.pool.connect();
  try {
    await client.query('BEGIN; SET LOCAL session_replication_role = replica');
    if (sql !== '') expect((await client.query(sql)).rowCount, 'rows changed').toBeGreaterThan(0);
    const { findings } = await fsckWithin(client, { logPublicKey: logKey.publicKey });
    return findings.map(({ what, where }) => `${what} ${where}`);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

const flip = (column: string) => `${column} = set_byte(${column}, 3, get_byte(${column}, 3) # 1)`;
const one = (index: number) => `WHERE log_id = ${log} AND log_index = ${index}`;
const eventAt = async (index: number) =>
  `event ${(await db.pool.query(`SELECT id FROM event ${one(index)}`)).rows[0].id}`;

test('nothing is found where nothing was changed', async () => {
  expect(await damaged('')).toEqual([]);
});

test.each<[string, () => string, () => Promise<string> | string]>([
  [
    'a body',
    () => `UPDATE event SET body = replace(body, '/tmp/', '/TMP/') ${one(7)}`,
    async () => `body ${await eventAt(7)}`,
  ],
  [
    'a body that is no JSON any more',
    () => `UPDATE event SET body = body || 'x' ${one(7)}`,
    async () => `body ${await eventAt(7)}`,
  ],
  ['a hash', () => `UPDATE event SET ${flip('event_hash')} ${one(7)}`, async () => `body ${await eventAt(7)}`],
  ['a leaf', () => `UPDATE event SET ${flip('leaf_hash')} ${one(7)}`, async () => `leaf ${await eventAt(7)}`],
  ['a row that is gone', () => `DELETE FROM event ${one(7)}`, () => 'missing event index 7'],
  [
    'the newest row, with the head set back',
    () => `WITH gone AS (DELETE FROM event WHERE log_id = ${log} AND log_index = (SELECT size - 1 FROM log WHERE id = ${log}))
      UPDATE log SET size = size - 1 WHERE id = ${log}`,
    () => `head log ${log}`,
  ],
  [
    'two rows swapped',
    () => `UPDATE event SET log_index = 17 - log_index WHERE log_id = ${log} AND log_index IN (8, 9)`,
    () => `tile log_tile ${log}/0/0`,
  ],
  ['a tile', () => `UPDATE log_tile SET ${flip('hashes')} WHERE log_id = ${log}`, () => `tile log_tile ${log}/0/0`],
  [
    'a tile’s root',
    () => `UPDATE log_tile SET ${flip('root')} WHERE log_id = ${log}`,
    () => `tile log_tile ${log}/0/0`,
  ],
  ['a tile that is gone', () => `DELETE FROM log_tile WHERE log_id = ${log}`, () => `tile log_tile ${log}/0/0`],
  ['a head', () => `UPDATE log SET ${flip('root')} WHERE id = ${log}`, () => `head log ${log}`],
  ['a frontier', () => `UPDATE log SET ${flip('frontier')} WHERE id = ${log}`, () => `head log ${log}`],
  [
    'a checkpoint’s root',
    () => `UPDATE checkpoint SET ${flip('root')} WHERE log_id = ${log}`,
    () => expect.stringMatching(`checkpoint checkpoint ${log}/`),
  ],
  [
    'a checkpoint’s note',
    () => `UPDATE checkpoint SET note = replace(note, E'\\n', E'\\n ') WHERE log_id = ${log}`,
    () => expect.stringMatching(`checkpoint checkpoint ${log}/`),
  ],
  [
    'a cosignature',
    () => `UPDATE cosignature SET cosigned_at = cosigned_at - interval '1 day'`,
    () => expect.stringMatching('anchor cosignature'),
  ],
  [
    'a cosignature’s line',
    () => `UPDATE cosignature SET line = overlay(line placing 'AAAA' from length(line) - 20)`,
    () => expect.stringMatching('anchor cosignature'),
  ],
  [
    'a timestamp that somebody put in',
    () =>
      `INSERT INTO timestamp_token SELECT log_id, size, 'https://tsa.example', 'x'::bytea, now() FROM checkpoint WHERE log_id = ${log}`,
    () => expect.stringMatching('anchor timestamp_token'),
  ],
  [
    'an observer’s signature',
    () => `UPDATE observer_batch SET sig = reverse(sig) WHERE from_index = 0`,
    () => `observer observer_batch ${log}/0`,
  ],
  [
    'an observer’s root',
    () => `UPDATE observer_batch SET ${flip('root')} WHERE from_index = 0`,
    () => `observer observer_batch ${log}/0`,
  ],
  [
    'an observer’s signature that is gone',
    () => `DELETE FROM observer_batch WHERE from_index = (SELECT max(from_index) FROM observer_batch)`,
    () => expect.stringMatching('observer observer_batch'),
  ],
  [
    'the first observer’s signature, gone',
    () => `DELETE FROM observer_batch WHERE from_index = 0`,
    () => `observer observer_batch ${log}/0`,
  ],
  [
    'a chain’s head',
    () => `UPDATE source_chain SET head_hash = repeat('a', 64) WHERE source = '${source.source}'`,
    () => 'chain source_chain e1',
  ],
  [
    'a chain’s count',
    () => `UPDATE source_chain SET events = events + 1 WHERE source = '${source.source}'`,
    () => 'chain source_chain e1',
  ],
  [
    'a chain’s time',
    () => `UPDATE source_chain SET head_time = head_time - interval '1 s' WHERE source = '${source.source}'`,
    () => 'chain source_chain e1',
  ],
  [
    'a chain that is gone',
    () => `DELETE FROM source_chain WHERE source = '${source.source}'`,
    () => 'chain source_chain e1',
  ],
  ['a gap that is hidden', () => `DELETE FROM chain_gap WHERE source = '${source.source}'`, () => 'chain chain_gap e1'],
  [
    'a gap that is made up',
    () => `INSERT INTO chain_gap VALUES ('${source.source}', 'e1', 20, 21)`,
    () => 'chain chain_gap e1',
  ],
  ...(
    [
      'method',
      'server',
      'tool',
      'agent',
      'client',
      'session',
      'trace',
      'status',
      'type',
      'assertion',
      'vantage',
    ] as const
  ).map((column): [string, () => string, () => Promise<string>] => [
    `the column ${column}`,
    () => `UPDATE event SET ${column} = 'another' ${one(7)}`,
    async () => `columns ${await eventAt(7)}`,
  ]),
  ...(['error_code', 'duration_us', 'bytes_in', 'bytes_out'] as const).map(
    (column): [string, () => string, () => Promise<string>] => [
      `the column ${column}`,
      () => `UPDATE event SET ${column} = 4711 ${one(7)}`,
      async () => `columns ${await eventAt(7)}`,
    ],
  ),
  [
    'the column generated',
    () => `UPDATE event SET generated = true ${one(7)}`,
    async () => `columns ${await eventAt(7)}`,
  ],
  [
    'the actor',
    () => `UPDATE event SET actor = 'person:aaaaaaaaaaaaaaaaaaaaaaaaaa' ${one(7)}`,
    async () => `leaf ${await eventAt(7)}`,
  ],
  [
    'the time of recording',
    () => `UPDATE event SET recorded_at = recorded_at - interval '1 ms' ${one(7)}`,
    async () => `leaf ${await eventAt(7)}`,
  ],
  [
    'the source',
    () => `UPDATE event SET source = 'urn:mcp:src:test:other:1' ${one(7)}`,
    async () => `columns ${await eventAt(7)}`,
  ],
  [
    'the number in the chain',
    () => `UPDATE event SET sequence = 9007 ${one(7)}`,
    async () => `columns ${await eventAt(7)}`,
  ],
  [
    'usage that is hidden',
    () => `UPDATE usage_minute SET calls = calls - 1 WHERE method = 'tools/call'`,
    () => expect.stringMatching('usage usage_minute'),
  ],
  [
    'usage by somebody else',
    () => `UPDATE usage_minute SET actor = actor || 'x' WHERE method = 'tools/call'`,
    () => expect.stringMatching('usage usage_minute'),
  ],
  [
    'usage that is gone',
    () => `DELETE FROM usage_minute WHERE method = 'tools/list'`,
    () => expect.stringMatching('usage usage_minute'),
  ],
  [
    'usage that is made up',
    () =>
      `INSERT INTO usage_minute SELECT minute - interval '1 day', log_id, method, server, tool, actor, generated, 1, 0, 0, 0, 0, 0 FROM usage_minute LIMIT 1`,
    () => expect.stringMatching('usage usage_minute'),
  ],
  [
    'a server seen earlier',
    () => `UPDATE server SET first_seen = first_seen - interval '1 day'`,
    () => 'inventory server stdio:files',
  ],
  [
    'a server seen last long ago',
    () => `UPDATE server SET last_seen = last_seen - interval '1 hour'`,
    () => 'inventory server stdio:files',
  ],
  ['a server that is gone', () => `DELETE FROM server`, () => 'inventory server stdio:files'],
  [
    'a definition',
    () => `UPDATE tool_definition SET definition = replace(definition, 'Reads', 'Deletes')`,
    () => expect.stringMatching('inventory tool_definition stdio:files read_file'),
  ],
  [
    'a definition that is gone',
    () => `DELETE FROM tool_definition`,
    () => expect.stringMatching('inventory tool_definition stdio:files read_file'),
  ],
  ['an approval by nobody', () => `UPDATE server SET decision = 'denied'`, () => 'state server stdio:files'],
  [
    'an alert closed by nobody',
    () => `UPDATE alert SET status = 'resolved' WHERE rule_id = 'path-traversal'`,
    () => expect.stringMatching('state alert'),
  ],
  [
    'an alert given to somebody',
    () => `UPDATE alert SET assignee = 'somebody@example.org' WHERE rule_id = 'path-traversal'`,
    () => expect.stringMatching('state alert'),
  ],
  [
    'an alert that counts less',
    () => `UPDATE alert SET severity = 1 WHERE rule_id = 'path-traversal'`,
    () => expect.stringMatching('detection alert'),
  ],
  [
    'an alert’s time',
    () => `UPDATE alert SET last_seen = last_seen - interval '1 day' WHERE rule_id = 'path-traversal'`,
    () => expect.stringMatching('detection alert'),
  ],
  [
    'a detection that is gone',
    () => `DELETE FROM detection WHERE rule_id = 'path-traversal'`,
    async () => `detection ${await eventAt(40)}`,
  ],
  [
    'a severity that is lowered',
    () => `UPDATE event SET severity = 0 ${one(40)}`,
    async () => `detection ${await eventAt(40)}`,
  ],
  [
    'a key of another source',
    () => `UPDATE source_key SET public_key = sha256('x')`,
    () => expect.stringMatching('state source_key'),
  ],
  [
    'a key that is put in',
    () =>
      `INSERT INTO source_key (kid, public_key, source, added_by, added_index, newest_index) VALUES ('k', sha256('x'), 's', 'x', 99, 99)`,
    () => 'state source_key k',
  ],
  ['a key that is gone', () => `DELETE FROM source_key`, () => expect.stringMatching('state source_key')],
  [
    'an audit entry',
    () => `UPDATE audit_entry SET body = replace(body, 'known to us', 'KNOWN TO US') WHERE action = 'server.decide'`,
    () => expect.stringMatching('body audit_entry'),
  ],
  [
    'an audit entry that is gone',
    () => `DELETE FROM audit_entry WHERE action = 'server.decide'`,
    () => expect.stringMatching('missing audit_entry index'),
  ],
])('%s', async (_, sql, where) => {
  expect(await damaged(sql())).toContainEqual(await where());
});
