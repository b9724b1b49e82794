import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseNote } from '@/lib/core/provenance/note';
import { certificatesOfPem, verifyTimestamp } from '@/lib/core/provenance/timestamp';
import { rawPublicKey, signerOf } from '@/lib/platform/crypto';
import { latestCheckpoint } from '@/lib/store/checkpoint';
import type { LogHead } from '@/lib/store/log';
import { readTimestamps } from '@/lib/store/timestamps';
import { signGrownLogs } from '@/lib/worker/checkpoint';
import { stampLogs } from '@/lib/worker/timestamp';
import { testDatabase } from '../../support/postgres';
import { SigningSource, storeEvents } from '../../support/stored-log';
import { makeTsa, opensslVerifies, serveTsa, type TestTsa } from '../../support/tsa';

const db = testDatabase();
const dir = mkdtempSync(join(tmpdir(), 'custody-stamps-'));
const { privateKey } = generateKeyPairSync('ed25519');
const key = { publicKey: rawPublicKey(privateKey), sign: signerOf(privateKey) };
const source = new SigningSource();
let tsa: TestTsa;
let authorities: Uint8Array[];
let served: Awaited<ReturnType<typeof serveTsa>>;
let change: (response: Uint8Array) => Uint8Array;
let log: LogHead;

beforeAll(async () => {
  tsa = makeTsa(join(dir, 'tsa'));
  authorities = certificatesOfPem(readFileSync(tsa.ca, 'utf8'));
  served = await serveTsa(tsa, (response) => change(response));
}, 60_000);
afterAll(async () => {
  await served.close();
  rmSync(dir, { recursive: true });
});
beforeEach(() => {
  change = (response) => response;
  return grow();
});

async function grow(): Promise<void> {
  log = await storeEvents(db.pool, source.events(3));
  await signGrownLogs(db.pool, key, new Set());
}
const stamp = (more: object = {}) => stampLogs(db.pool, { url: served.url, authorities, everySeconds: 0, ...more });
const stamped = async () => (await readTimestamps(db.pool, log.id, 0, log.size, 100)).map(({ size }) => size);
const error = async () =>
  (await db.pool.query('SELECT error FROM anchor_status WHERE anchor = $1', [served.url])).rows[0]?.error;

describe('timestamps on a schedule', () => {
  it('are kept for the newest checkpoint, and verify with what is stored', async () => {
    await stamp();
    const [kept] = await readTimestamps(db.pool, log.id, log.size, log.size, 1);
    const text = parseNote((await latestCheckpoint(db.pool, log.id))?.note ?? '').text;
    expect(await verifyTimestamp(kept?.token as Uint8Array, text, authorities)).toMatchObject({
      time: kept?.stampedAt.toISOString(),
      trusted: true,
    });
    expect(opensslVerifies(dir, kept?.token as Uint8Array, text, tsa.ca)).toBe(true);
    expect(served.asked.at(-1)).toBe('application/timestamp-query');
    expect(await error()).toBeNull();
  });

  it('are not asked for again where the log did not grow, nor before their time', async () => {
    await stamp();
    const asked = served.asked.length;
    await stamp();
    await grow();
    await stamp({ everySeconds: 3_600 });
    expect(served.asked).toHaveLength(asked);
    await stamp();
    expect(served.asked).toHaveLength(asked + 1);
  });

  it('that are for another request are refused, and the next one is taken', async () => {
    let first: Uint8Array | undefined;
    change = (response) => {
      first ??= response;
      return first;
    };
    await stamp();
    await grow();
    await stamp();
    expect(await error()).toMatch(/another text|another request/);
    expect(await stamped()).not.toContain(log.size);
    change = (response) => response;
    await stamp();
    expect(await error()).toBeNull();
    expect(await stamped()).toContain(log.size);
  });

  it.each<[string, () => void, RegExp]>([
    [
      'something else',
      () => {
        change = () => new TextEncoder().encode('<html>');
      },
      /not an answer of a timestamp authority/,
    ],
    [
      'too much',
      () => {
        change = () => new Uint8Array(300_000);
      },
      /more than/,
    ],
    [
      'a refusal',
      () => {
        change = () => Uint8Array.of(0x30, 5, 0x30, 3, 2, 1, 2);
      },
      /refused \(status 2\)/,
    ],
  ])('from an authority that answers %s are not kept', async (_, answer, why) => {
    answer();
    await stamp();
    expect(await error()).toMatch(why);
    expect(await stamped()).not.toContain(log.size);
  });

  it('of an authority that is not the one we trust are not kept', async () => {
    const other = makeTsa(join(dir, 'other'));
    await stamp({ authorities: certificatesOfPem(readFileSync(other.ca, 'utf8')) });
    expect(await error()).toMatch(/not to be trusted/);
    expect(await stamped()).not.toContain(log.size);
  });
});
