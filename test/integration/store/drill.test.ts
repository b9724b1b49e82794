import { generateKeyPairSync, randomInt } from 'node:crypto';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { missedOf, untouched } from '@/lib/core/provenance/drill';
import { rawPublicKey, signerOf } from '@/lib/platform/crypto';
import { logPublicKey } from '@/lib/services/fetch-proof';
import { processObserverKey } from '@/lib/services/observer';
import { enrollObserverKey } from '@/lib/services/observer-key';
import { runDrill, scheduledDrill } from '@/lib/services/run-drill';
import { damages } from '@/lib/store/drill/damage';
import { drillOnCopy } from '@/lib/store/drill/drill';
import { drillIsDue, listDrills } from '@/lib/store/drills';
import { fsck } from '@/lib/store/fsck/fsck';
import { TreeCheck } from '@/lib/store/fsck/tree';
import { signGrownLogs } from '@/lib/worker/checkpoint';
import { ChainedSource } from '../../support/chained';
import { auditOf, madeUser } from '../../support/made';
import { testDatabase } from '../../support/postgres';
import { takeIn, takeInOwn } from '../../support/take-in';

const db = testDatabase();
const { privateKey } = generateKeyPairSync('ed25519');
const key = { sign: signerOf(privateKey), publicKey: rawPublicKey(privateKey) };
const drill = () =>
  drillOnCopy(db.pool, { logPublicKey: key.publicKey, pick: (below) => (below ? randomInt(below) : 0) });

beforeAll(() => enrollObserverKey(db.pool, processObserverKey()));

test('there is nothing to try it on before a log is signed', async () => {
  expect(await drill()).toBeNull();
  expect(await scheduledDrill(db.pool, key.publicKey)).toBe(false);
  await expect(runDrill(await madeUser(db.pool, 'admin'), {})).rejects.toMatchObject({ code: 'conflict' });
});

describe('on a log of some thousand entries', () => {
  const source = new ChainedSource();
  beforeAll(async () => {
    for (const count of [900, 700, 400]) {
      await takeIn(
        Array.from({ length: count }, () => source.next('rpc.tools_call', Date.now(), { actor: { id: 'ada' } })),
      );
      await signGrownLogs(db.pool, key, new Set());
    }
    await takeIn([source.next()]);
  });

  test('each change is found, and named; where nothing was changed nothing is', async () => {
    for (let round = 0; round < 3; round++) {
      const result = await drill();
      if (!result) throw new Error('no drill');
      expect(missedOf(result)).toEqual([]);
      expect(result).toMatchObject({ from: 768, size: 1232 });
      expect(result.changes[0]).toMatchObject({ kind: untouched, found: false, by: '' });
      const kinds = result.changes.map(({ kind }) => kind);
      expect(kinds).toEqual(expect.arrayContaining(Object.keys(damages).filter((kind) => !/two entries/.test(kind))));
      for (const { kind, by, where } of result.changes.slice(1)) expect([kind, by, where]).not.toContain('');
    }
  });

  test('nothing of the log itself is touched', async () => {
    const { findings } = await fsck(db.pool, { logPublicKey: key.publicKey });
    expect(findings).toEqual([]);
  });

  test('a check that no longer looks is found out', async () => {
    const blind = vi.spyOn(TreeCheck.prototype, 'finish').mockResolvedValue();
    const result = await drill();
    blind.mockRestore();
    expect(missedOf(result as NonNullable<typeof result>)).toEqual(['one bit of the head’s root']);
  });

  test('a drill leaves a row, an event of our own and, where it missed something, a critical alert', async () => {
    expect(await drillIsDue(db.pool, 1000)).toBe(true);
    await scheduledDrill(db.pool, key.publicKey);
    await takeInOwn(db.pool);
    const alerts = () => db.pool.query(`SELECT severity FROM alert WHERE rule_id = 'tamper-drill-missed'`);
    expect((await alerts()).rows).toEqual([]);
    expect(await drillIsDue(db.pool, 60_000)).toBe(false);

    const blind = vi.spyOn(TreeCheck.prototype, 'finish').mockResolvedValue();
    await scheduledDrill(db.pool, key.publicKey);
    blind.mockRestore();
    await takeInOwn(db.pool);
    expect((await alerts()).rows).toEqual([{ severity: 5 }]);
    expect((await listDrills(5)).map(({ askedBy, missed, size }) => ({ askedBy, missed, size }))).toEqual([
      { askedBy: 'system', missed: 1, size: 1232 },
      { askedBy: 'system', missed: 0, size: 1232 },
    ]);
    const { rows } = await db.pool.query(
      `SELECT body FROM event WHERE type = 'mcp.audit.drill.run.v1' ORDER BY log_index`,
    );
    expect(rows.map(({ body }) => JSON.parse(body).data.drill.missed)).toEqual([[], ['one bit of the head’s root']]);
  });

  test('who may, runs one, and it is in the audit trail; others may not', async () => {
    await expect(runDrill(await madeUser(db.pool, 'viewer'), {})).rejects.toMatchObject({ code: 'forbidden' });
    const auditor = await madeUser(db.pool, 'auditor');
    // The log key of the process is another than the one that signed here: each checkpoint is refused.
    expect(logPublicKey()).not.toEqual(key.publicKey);
    const { id, missed } = await runDrill(auditor, {});
    expect(missed).toEqual([untouched]);
    expect(await auditOf(db.pool, `drill:${id}`)).toMatchObject([{ actor: auditor.email, action: 'drill.run' }]);
  });
});
