import { generateKeyPairSync, randomUUID } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '@/lib/core/provenance/bytes';
import { formatVerifierKey } from '@/lib/core/provenance/note';
import type { ProofFile } from '@/lib/core/provenance/proof-file';
import { verifyInBrowser } from '@/lib/core/provenance/verify-in-browser';
import { rawPublicKey, sha256, signerOf } from '@/lib/platform/crypto';
import type { LogKey } from '@/lib/platform/keys';
import { appendAudit } from '@/lib/store/audit-log';
import { fsck } from '@/lib/store/fsck/fsck';
import { ensureLog, readLog } from '@/lib/store/log';
import { proofForAuditEntry, proofForEvent } from '@/lib/store/proof';
import { CheckpointRefused, signGrownLogs } from '@/lib/worker/checkpoint';
import { testDatabase } from '../../support/postgres';
import { SigningSource, storeEvents } from '../../support/stored-log';

const { privateKey } = generateKeyPairSync('ed25519');
const key: LogKey = { sign: signerOf(privateKey), publicKey: rawPublicKey(privateKey) };
const options = { logPublicKey: key.publicKey, withBody: true };

const audit = async (pool: Pool): Promise<string> => {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const { id } = await appendAudit(client, { actor: 'a', role: 'admin', action: 'x.y', target: 't', detail: {} });
    await client.query('COMMIT');
    return id;
  } finally {
    client.release();
  }
};

describe('checkpoints and proofs', () => {
  const database = testDatabase();
  const source = new SigningSource();
  const events = source.events(600);

  beforeAll(async () => {
    await ensureLog(database.pool, { kind: 'http' });
    await source.enroll(database.pool);
  });

  it('prove an event, before and after its checkpoint and as the log grows', async () => {
    const first = events[10];
    if (!first) throw new Error('no event');
    await storeEvents(database.pool, events.slice(0, 100));
    const early = (await proofForEvent(database.pool, first, options)) as ProofFile;
    expect(verifyInBrowser(early).verdict).toBe('UNANCHORED');

    const sound = new Set<number>();
    await signGrownLogs(database.pool, key, sound);
    await signGrownLogs(database.pool, key, sound);
    await storeEvents(database.pool, events.slice(100, 555));
    await signGrownLogs(database.pool, key, sound);
    await storeEvents(database.pool, events.slice(555));
    await signGrownLogs(database.pool, key, sound);
    expect(
      (await database.pool.query('SELECT size FROM checkpoint WHERE log_id = 1 ORDER BY size')).rows.map(
        (row) => row.size,
      ),
    ).toEqual(['100', '555', '600']);

    const log = await ensureLog(database.pool, { kind: 'http' });
    const vkey = formatVerifierKey(sha256, { name: log.origin, publicKey: key.publicKey });
    for (const event of [first, events[99], events[100], events[511], events[512], events[599]]) {
      const proof = (await proofForEvent(database.pool, { id: (event as { id: string }).id }, options)) as ProofFile;
      const verification = verifyInBrowser(JSON.parse(JSON.stringify(proof)), vkey);
      expect(verification.checks.filter((check) => check.outcome !== 'ok')).toEqual([]);
      expect(verification).toMatchObject({ verdict: 'SIGNED', checkpoint: { size: 600, origin: log.origin } });
    }
    expect(await proofForEvent(database.pool, { id: randomUUID() }, options)).toBe(null);

    const hidden = (await proofForEvent(database.pool, first, { ...options, withBody: false })) as ProofFile;
    expect(JSON.stringify(hidden)).not.toContain('/tmp/10');
    expect(verifyInBrowser(hidden, vkey).verdict).toBe('SIGNED');
  });

  it('prove an audit entry', async () => {
    const id = await audit(database.pool);
    await signGrownLogs(database.pool, key, new Set());
    const proof = (await proofForAuditEntry(database.pool, id, options)) as ProofFile;
    const { verdict, checks } = verifyInBrowser(proof);
    expect(verdict).toBe('SIGNED');
    expect(checks.filter((check) => check.outcome === 'failed')).toEqual([]);
  });
});

/** What somebody with every right in the database could do; triggers are no hindrance to them. */
async function tamper(pool: Pool, sql: string, values: unknown[] = []): Promise<void> {
  const client: PoolClient = await pool.connect();
  try {
    await client.query('SET session_replication_role = replica');
    const { rowCount } = await client.query(sql, values);
    if (rowCount === 0) throw new Error('nothing was changed');
    await client.query('RESET session_replication_role');
  } finally {
    client.release();
  }
}

describe('fsck', () => {
  const database = testDatabase();
  const source = new SigningSource();
  const events = source.events(300);
  const idOf = (index: number): string => (events[index] as { id: string }).id;
  const check = () => fsck(database.pool, { logPublicKey: key.publicKey });
  const whereOf = async () => (await check()).findings.map(({ what, where }) => `${what} ${where}`);

  beforeAll(async () => {
    await ensureLog(database.pool, { kind: 'http' });
    await source.enroll(database.pool);
    const sound = new Set<number>();
    for (const from of [0, 100, 280]) {
      await storeEvents(database.pool, events.slice(from, from === 0 ? 100 : from === 100 ? 280 : 300));
      await signGrownLogs(database.pool, key, sound);
    }
    await audit(database.pool);
    await signGrownLogs(database.pool, key, sound);
  });

  it('finds nothing where nothing was changed', async () => {
    const seen: number[] = [];
    const report = await fsck(database.pool, {
      logPublicKey: key.publicKey,
      progress: (done, total) => seen.push(done / total),
    });
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ found: 0, entries: 302, signatures: 300, chains: 1 });
    expect(report.logs.map(({ size, checkpoints }) => [size, checkpoints])).toEqual([
      [300, 3],
      [2, 2],
    ]);
    expect(seen.at(-1)).toBe(1);
  });

  it('says that triggers refuse the honest way', async () => {
    await expect(database.pool.query('UPDATE event SET body = $1 WHERE id = $2', ['{}', idOf(3)])).rejects.toThrow(
      /append-only/,
    );
    await expect(database.pool.query('DELETE FROM checkpoint')).rejects.toThrow(/append-only/);
  });

  it.each<[string, number, string, (id: string) => Promise<void>, (id: string) => Promise<void>]>([
    [
      'a changed body',
      17,
      'body',
      (id) => tamper(database.pool, `UPDATE event SET body = replace(body, '/tmp/', '/TMP/') WHERE id = $1`, [id]),
      (id) => tamper(database.pool, `UPDATE event SET body = replace(body, '/TMP/', '/tmp/') WHERE id = $1`, [id]),
    ],
    [
      'a body changed together with its hash',
      18,
      'leaf',
      (id) =>
        tamper(
          database.pool,
          `UPDATE event SET body = replace(body, '/tmp/', '/TMP/'),
        event_hash = sha256(convert_to(replace(body, '/tmp/', '/TMP/'), 'UTF8')) WHERE id = $1`,
          [id],
        ),
      (id) =>
        tamper(
          database.pool,
          `UPDATE event SET body = replace(body, '/TMP/', '/tmp/'),
        event_hash = sha256(convert_to(replace(body, '/TMP/', '/tmp/'), 'UTF8')) WHERE id = $1`,
          [id],
        ),
    ],
    [
      'a column that screens filter by',
      19,
      'columns',
      (id) => tamper(database.pool, `UPDATE event SET actor = 'somebody-else' WHERE id = $1`, [id]),
      (id) => tamper(database.pool, `UPDATE event SET actor = 'user-4' WHERE id = $1`, [id]),
    ],
    [
      'another time of recording',
      20,
      'leaf',
      (id) =>
        tamper(database.pool, `UPDATE event SET recorded_at = recorded_at - interval '1 hour' WHERE id = $1`, [id]),
      (id) =>
        tamper(database.pool, `UPDATE event SET recorded_at = recorded_at + interval '1 hour' WHERE id = $1`, [id]),
    ],
    [
      'a claim that it was not signed',
      21,
      'leaf',
      (id) => tamper(database.pool, `UPDATE event SET kid = NULL WHERE id = $1`, [id]),
      (id) => tamper(database.pool, `UPDATE event SET kid = $2 WHERE id = $1`, [id, source.kid]),
    ],
  ])('names the row of %s', async (_, index, what, change, undo) => {
    await change(idOf(index));
    expect(await whereOf()).toContain(`${what} event ${idOf(index)}`);
    await undo(idOf(index));
    expect(await whereOf()).toEqual([]);
  });

  it.each(['actor', 'role', 'action', 'target'])('names the audit entry whose %s was changed', async (column) => {
    const { rows } = await database.pool.query(`SELECT id, ${column} AS was FROM audit_entry ORDER BY log_index`);
    const [{ id, was }] = rows as [{ id: string; was: string }];
    const set = (value: string) =>
      tamper(database.pool, `UPDATE audit_entry SET ${column} = $2 WHERE id = $1`, [id, value]);
    await set('somebody else');
    expect(await whereOf()).toContain(`columns audit_entry ${id}`);
    await set(was);
    expect(await whereOf()).toEqual([]);
  });

  it('holds a key against the source that it may sign for', async () => {
    const set = (name: string) =>
      database.pool.query('UPDATE source_key SET source = $2 WHERE kid = $1', [source.kid, name]);
    await set('another');
    expect(await whereOf()).toContain(`signature event ${idOf(0)}`);
    await set(source.source);
    expect(await whereOf()).toEqual([]);
  });

  it('names what is missing, moved, or put in', async () => {
    const {
      rows: [row],
    } = await database.pool.query('SELECT * FROM event WHERE log_index = 40 AND id = $1', [idOf(40)]);
    await tamper(database.pool, 'DELETE FROM event WHERE id = $1', [idOf(40)]);
    const found = await whereOf();
    expect(found).toContain('missing event index 40');
    expect(found).toContain('tile log_tile 1/0/0');
    const names = Object.keys(row);
    await tamper(
      database.pool,
      `INSERT INTO event (${names}) VALUES (${names.map((_, i) => `$${i + 1}`)})`,
      Object.values(row),
    );
    expect(await whereOf()).toEqual([]);

    await tamper(
      database.pool,
      'UPDATE event SET log_index = 41 + 40 - log_index WHERE log_index IN (40, 41) AND log_id = 1',
    );
    expect(await whereOf()).toContain('tile log_tile 1/0/0');
    await tamper(
      database.pool,
      'UPDATE event SET log_index = 41 + 40 - log_index WHERE log_index IN (40, 41) AND log_id = 1',
    );

    await tamper(
      database.pool,
      `INSERT INTO event (${names}) VALUES (${names.map((_, i) => `$${i + 1}`)})`,
      Object.values({ ...row, id: '00000000-0000-4000-8000-000000000000', log_index: 300 }),
    );
    expect(await whereOf()).toContain('extra event 00000000-0000-4000-8000-000000000000');
    await tamper(database.pool, `DELETE FROM event WHERE id = '00000000-0000-4000-8000-000000000000'`);
    expect(await whereOf()).toEqual([]);
  });

  it('finds a history that was rewritten whole, by the signed checkpoint', async () => {
    const {
      rows: [row],
    } = await database.pool.query('SELECT event_hash, leaf_hash, body FROM event WHERE id = $1', [idOf(290)]);
    const {
      rows: [head],
    } = await database.pool.query('SELECT root, frontier FROM log WHERE id = 1');
    const body = row.body.replace('/tmp/', '/TMP/');
    const { hashLeaf } = await import('@/lib/core/provenance/leaf');
    const { readEventLeaf, readLeaves } = await import('@/lib/store/leaves');
    const { LogWriter } = await import('@/lib/core/provenance/log-writer');
    const leaf = await readEventLeaf(database.pool, idOf(290));
    const leafHash = hashLeaf(sha256, {
      ...(leaf as NonNullable<typeof leaf>).record,
      event_hash: toHex(sha256(body)),
    });
    await tamper(database.pool, 'UPDATE event SET body = $2, event_hash = $3, leaf_hash = $4 WHERE id = $1', [
      idOf(290),
      body,
      sha256(body),
      leafHash,
    ]);
    const writer = new LogWriter(sha256);
    const { root } = writer.append(
      (await readLeaves(database.pool, { id: 1, kind: 'http' }, 0, 300)).map((one) => one.leafHash),
    );
    await tamper(database.pool, 'UPDATE log SET root = $1, frontier = $2 WHERE id = 1', [root, writer.frontier()]);

    const report = await check();
    expect(report.findings).toContainEqual(
      expect.objectContaining({
        what: 'checkpoint',
        where: 'checkpoint 1/300',
        detail: expect.stringContaining('entries 280 to 299'),
      }),
    );
    await expect(signGrownLogs(database.pool, key, new Set())).rejects.toThrow(CheckpointRefused);
    await storeEvents(database.pool, source.events(5));
    await expect(signGrownLogs(database.pool, key, new Set())).rejects.toThrow(
      /does not continue its checkpoint at 300/,
    );
    expect((await readLog(database.pool, 1))?.size).toBe(305);

    await tamper(database.pool, 'DELETE FROM event WHERE log_id = 1 AND log_index >= 300');
    await tamper(database.pool, 'UPDATE event SET body = $2, event_hash = $3, leaf_hash = $4 WHERE id = $1', [
      idOf(290),
      row.body,
      row.event_hash,
      row.leaf_hash,
    ]);
    await tamper(database.pool, 'UPDATE log SET size = 300, root = $1, frontier = $2 WHERE id = 1', [
      head.root,
      head.frontier,
    ]);
    await signGrownLogs(database.pool, key, new Set());
    expect((await whereOf()).filter((one) => !one.startsWith('usage '))).toEqual([
      `chain source_chain ${source.epoch}`,
      'inventory server stdio:files',
    ]);
  });

  it('finds a head, a tile or a checkpoint that was changed', async () => {
    const changes: [string, string, string][] = [
      [
        `UPDATE log_tile SET hashes = set_byte(hashes, 70, get_byte(hashes, 70) # 1) WHERE log_id = 1`,
        'tile log_tile 1/0/0',
        '',
      ],
      [`UPDATE log SET root = set_byte(root, 0, get_byte(root, 0) # 1) WHERE id = 1`, 'head log 1', ''],
      [`UPDATE log SET frontier = set_byte(frontier, 0, get_byte(frontier, 0) # 1) WHERE id = 1`, 'head log 1', ''],
      [
        `UPDATE checkpoint SET root = set_byte(root, 0, get_byte(root, 0) # 1) WHERE size = 100`,
        'checkpoint checkpoint 1/100',
        '',
      ],
    ];
    for (const [change, finding] of changes) {
      await tamper(database.pool, change);
      expect(await whereOf()).toContain(finding);
      await tamper(database.pool, change);
    }
    await tamper(database.pool, `UPDATE checkpoint SET note = replace(note, '100', '101') WHERE size = 100`);
    expect(await whereOf()).toContain('checkpoint checkpoint 1/100');
  });
});
