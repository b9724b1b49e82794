import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { openCheckpoint } from '@/lib/core/provenance/checkpoint';
import { formatVerifierKey, parseVerifierKey } from '@/lib/core/provenance/note';
import { nodeCrypto, rawPublicKey, sha256, signerOf } from '@/lib/platform/crypto';
import { latestCheckpoint } from '@/lib/store/checkpoint';
import { ensureLog, readLogs } from '@/lib/store/log';
import { signGrownLogs } from '@/lib/worker/checkpoint';
import { testDatabase } from '../../support/postgres';
import { SigningSource, storeEvents } from '../../support/stored-log';

const one = testDatabase();
const other = testDatabase();
const configured = testDatabase();
const inherited = testDatabase();
afterEach(() => {
  delete process.env.CUSTODY_LOG_ORIGIN;
});

describe('the name of a log', () => {
  test('is of one installation, whoever of several asks first, and of no other', async () => {
    const heads = await Promise.all(Array.from({ length: 8 }, () => ensureLog(one.pool, { kind: 'http' })));
    const base = heads[0]?.origin.replace(/\/http$/, '');
    expect(base).toMatch(/^custody\.local\/[0-9a-f]{16}$/);
    expect(new Set(heads.map(({ id, origin }) => `${id} ${origin}`)).size).toBe(1);
    const kafka = { kind: 'kafka', topic: 'mcp.audit.v1', partition: 3 } as const;
    expect((await ensureLog(one.pool, kafka)).origin).toBe(`${base}/kafka/mcp.audit.v1/3`);
    expect((await ensureLog(one.pool, { kind: 'console' })).origin).toBe(`${base}/console`);
    expect((await ensureLog(one.pool, kafka)).id).not.toBe((await ensureLog(one.pool, { ...kafka, partition: 4 })).id);
    expect((await ensureLog(other.pool, { kind: 'http' })).origin).not.toBe(`${base}/http`);
  });

  test('keeps an auditor from taking the checkpoint of one for that of another, even with the same log key', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const key = { sign: signerOf(privateKey), publicKey: rawPublicKey(privateKey) };
    const signed = [];
    for (const { pool } of [one, other]) {
      const { id, origin } = await storeEvents(pool, new SigningSource().events(2));
      await signGrownLogs(pool, key, new Set());
      const pinned = formatVerifierKey(sha256, { name: origin, publicKey: key.publicKey });
      signed.push({ pinned: parseVerifierKey(sha256, pinned), note: (await latestCheckpoint(pool, id))?.note ?? '' });
    }
    for (const [at, { pinned }] of signed.entries()) {
      for (const [of, { note }] of signed.entries()) {
        const open = () => openCheckpoint(nodeCrypto, note, pinned);
        if (at === of) expect(open().size).toBe(2);
        else expect(open).toThrow(/custody\.local|signature/);
      }
    }
  });

  test('begins as the setting says at the first start, and stays when the setting goes', async () => {
    process.env.CUSTODY_LOG_ORIGIN = 'has spaces';
    await expect(ensureLog(configured.pool, { kind: 'http' })).rejects.toThrow(/CUSTODY_LOG_ORIGIN must be like/);
    process.env.CUSTODY_LOG_ORIGIN = 'logs.example.org/custody';
    expect((await ensureLog(configured.pool, { kind: 'http' })).origin).toBe('logs.example.org/custody/http');
    delete process.env.CUSTODY_LOG_ORIGIN;
    expect((await ensureLog(configured.pool, { kind: 'console' })).origin).toBe('logs.example.org/custody/console');
    await expect(configured.pool.query(`UPDATE installation SET origin = 'x'`)).rejects.toThrow(/append-only/);
  });

  test('stays where the log was there before', async () => {
    await inherited.pool.query(
      `INSERT INTO log (origin, kind, topic, partition, root) VALUES ('custody.local/http', 'http', NULL, NULL, sha256('')),
         ('custody.local/kafka/t/0', 'kafka', 't', 0, sha256(''))`,
    );
    expect((await ensureLog(inherited.pool, { kind: 'http' })).origin).toBe('custody.local/http');
    const kafka = { kind: 'kafka', topic: 't', partition: 0 } as const;
    expect((await ensureLog(inherited.pool, kafka)).origin).toBe('custody.local/kafka/t/0');
    expect(await readLogs(inherited.pool)).toHaveLength(2);
  });
});
