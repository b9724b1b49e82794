import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { POST } from '@/app/api/v1/events/route';
import { GET as checkpoint } from '@/app/api/v1/log/[id]/checkpoint/route';
import { rawPublicKey, signerOf } from '@/lib/platform/crypto';
import type { LogHead } from '@/lib/store/log';
import { readHalts } from '@/lib/store/log-halt';
import { signGrownLogs } from '@/lib/worker/checkpoint';
import { findUnsoundLogs, unsoundCode } from '@/lib/worker/start';
import { bearer, get, post } from '../../support/api';
import { newEnvelope } from '../../support/made';
import { testDatabase } from '../../support/postgres';
import { SigningSource, storeEvents } from '../../support/stored-log';
import { start } from '../sensor/tap-process';

const db = testDatabase();
const home = mkdtempSync(join(tmpdir(), 'custody-start-'));
const { privateKey } = generateKeyPairSync('ed25519');
const key = { publicKey: rawPublicKey(privateKey), sign: signerOf(privateKey) };
let log: LogHead;

beforeAll(async () => {
  process.env.CUSTODY_DATA = home;
  log = await storeEvents(db.pool, new SigningSource().events(900));
  await signGrownLogs(db.pool, key, new Set());
});
afterAll(() => rmSync(home, { recursive: true }));

/** Changes the database as its owner can, looks, and puts it back. */
async function tampered<T>(tables: string[], change: string, look: () => Promise<T>): Promise<T> {
  const copies = tables.map((table) => [table, `kept_${table}`]);
  for (const [table, copy] of copies) {
    await db.pool.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
    await db.pool.query(`CREATE TABLE ${copy} AS SELECT * FROM ${table}`);
  }
  await db.pool.query(change);
  const seen = await look();
  for (const [table, copy] of copies) {
    if (table === 'log')
      await db.pool.query(
        `UPDATE log SET size = k.size, root = k.root, frontier = k.frontier FROM kept_log k WHERE k.id = log.id`,
      );
    else {
      await db.pool.query(`DELETE FROM ${table}`);
      await db.pool.query(`INSERT INTO ${table} SELECT * FROM ${copy}`);
    }
    await db.pool.query(`DROP TABLE ${copy}`);
    await db.pool.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
  }
  return seen;
}

const changes: [string, string[], string, RegExp][] = [
  ['the head’s root', ['log'], `UPDATE log SET root = sha256(root)`, /root of the head/],
  ['the head’s size', ['log'], `UPDATE log SET size = size - 1`, /hashes|frontier/],
  [
    'the head’s frontier',
    ['log'],
    `UPDATE log SET frontier = set_byte(frontier, 0, get_byte(frontier, 0) # 1)`,
    /frontier/,
  ],
  ['a newest leaf', ['event'], `UPDATE event SET leaf_hash = sha256(leaf_hash) WHERE log_index = 899`, /frontier|root/],
  [
    'a leaf in a complete tile',
    ['event'],
    `UPDATE event SET kid = 'other' WHERE log_index = 700`,
    /entry 700 is not the one in the tree/,
  ],
  [
    'a content',
    ['event'],
    `UPDATE event SET body = replace(body, '/tmp/', '/etc/') WHERE log_index = 600`,
    /content of entry 600 was changed/,
  ],
  ['an entry that is missing', ['event'], `DELETE FROM event WHERE log_index = 650`, /entry 650 is missing/],
  [
    'a tile',
    ['log_tile'],
    `UPDATE log_tile SET hashes = set_byte(hashes, 9, get_byte(hashes, 9) # 1) WHERE index = 0`,
    /tile 0 of level 0/,
  ],
  ['a tile’s root', ['log_tile'], `UPDATE log_tile SET root = sha256(root) WHERE index = 1`, /frontier|tile 1/],
  ['a tile that is missing', ['log_tile'], `DELETE FROM log_tile WHERE index = 2`, /hashes|frontier/],
  ['a checkpoint', ['checkpoint'], `UPDATE checkpoint SET root = sha256(root)`, /is not the one that was signed/],
  [
    'a log cut back to a sound tree',
    ['log', 'event', 'log_tile'],
    `DELETE FROM event WHERE log_index >= 256; DELETE FROM log_tile WHERE index > 0;
     UPDATE log SET size = 256, root = t.root, frontier = t.root FROM log_tile t WHERE t.index = 0`,
    /has 256 entries, but a checkpoint was signed at 900/,
  ],
];

describe('before a worker appends to a log', () => {
  it('finds nothing where nothing was changed', async () => {
    expect(await findUnsoundLogs(db.pool)).toEqual([]);
    expect(await readHalts(db.pool)).toEqual([]);
  });

  it.each(changes)('it finds %s', async (_, tables, change, why) => {
    const found = await tampered(tables, change, () => findUnsoundLogs(db.pool));
    expect(found).toEqual([expect.stringMatching(why)]);
    expect(found[0]).toContain(log.origin);
    expect(await readHalts(db.pool)).toMatchObject([{ logId: log.id, reason: found[0] }]);
    expect(await findUnsoundLogs(db.pool)).toEqual([]);
    expect(await readHalts(db.pool)).toEqual([]);
  });

  it('it ends, with one line that says what is wrong and what to do', async () => {
    const ended = await tampered(['log'], `UPDATE log SET root = sha256(root)`, async () => {
      const worker = start(['node', '--import', 'tsx', 'lib/worker/main.ts'], {
        DATABASE_URL: db.url,
        CUSTODY_SECRET: 'a secret for tests alone, of 32 characters or more',
        CUSTODY_DATA: home,
        LOG_LEVEL: 'info',
      });
      const { code } = await worker.ended;
      return { code, lines: worker.errors().trim().split('\n') };
    });
    expect(ended.code).toBe(unsoundCode);
    const fatal = ended.lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'fatal' || level === 60);
    expect(fatal).toEqual([
      expect.objectContaining({
        msg: expect.stringMatching(/does not start: .*root of the head.*custody fsck.*Keep the database/),
      }),
    ]);
  }, 60_000);

  it('what comes by HTTP is refused meanwhile, and what is there is read', async () => {
    const authorization = await bearer(db.pool, 'events:write', 'integrity:read');
    const send = () => POST(post('/api/v1/events', newEnvelope(), { authorization }), {});
    const read = () => checkpoint(get('/', { authorization }), { params: Promise.resolve({ id: String(log.id) }) });
    const during = await tampered(['checkpoint'], `UPDATE checkpoint SET root = sha256(root)`, async () => {
      await findUnsoundLogs(db.pool);
      const answer = await send();
      return [answer.status, (await answer.json()).error.message, (await read()).status];
    });
    expect(during).toEqual([503, expect.stringContaining('Nothing is taken in'), 200]);
    const unnoticed = await tampered(
      ['log'],
      `UPDATE log SET root = sha256(root) WHERE kind = 'http'`,
      async () => (await send()).status,
    );
    expect(unnoticed).toBe(503);
    await findUnsoundLogs(db.pool);
    expect((await send()).status).toBe(200);
  });
});
