import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signCheckpoint } from '@/lib/core/provenance/checkpoint';
import { parsePolicy, type WitnessPolicy } from '@/lib/core/provenance/policy';
import { countWitnesses } from '@/lib/core/provenance/witness';
import { nodeCrypto, rawPublicKey, sha256, signerOf } from '@/lib/platform/crypto';
import type { LogHead } from '@/lib/store/log';
import { publishedCheckpoint } from '@/lib/store/witnesses';
import { signGrownLogs } from '@/lib/worker/checkpoint';
import { askWitnesses } from '@/lib/worker/witness';
import { testDatabase } from '../../support/postgres';
import { SigningSource, storeEvents } from '../../support/stored-log';
import { TestWitness } from '../../support/witness';

const db = testDatabase();
const { privateKey } = generateKeyPairSync('ed25519');
const key = { publicKey: rawPublicKey(privateKey), sign: signerOf(privateKey) };
const source = new SigningSource();
let log: LogHead;
let witnesses: [TestWitness, TestWitness, TestWitness];
let policy: WitnessPolicy;

const grow = async (count: number) => {
  log = await storeEvents(db.pool, source.events(count));
  await signGrownLogs(db.pool, key, new Set());
};
const ask = () => askWitnesses(db.pool, policy, key);
const statuses = async () => {
  const { rows } = await db.pool.query('SELECT anchor, error, failing_since FROM anchor_status');
  return new Map(rows.map(({ anchor, error, failing_since }) => [anchor, { error, failing: failing_since !== null }]));
};
const errorOf = async (witness: TestWitness) => (await statuses()).get(witness.vkey)?.error ?? null;
const evidence = async () =>
  (await db.pool.query('SELECT kind, holder, size::int, theirs FROM equivocation ORDER BY found_at')).rows;
const told = async () =>
  (await db.pool.query(`SELECT type, data FROM own_event WHERE type LIKE '%equivocation%' ORDER BY place`)).rows;

beforeEach(async () => {
  await grow(300);
  witnesses = (await Promise.all(
    ['a', 'b', 'c'].map((name) => new TestWitness(`${name}.example`).listen()),
  )) as typeof witnesses;
  for (const witness of witnesses) witness.trust({ name: log.origin, publicKey: key.publicKey });
  const lines = witnesses.map((witness) => witness.line(witness.key.name[0] as string));
  policy = parsePolicy(sha256, [...lines, 'group q 2 a b c', 'quorum q'].join('\n'));
});
afterEach(() => Promise.all(witnesses.map((witness) => witness.close())));

describe('witnesses', () => {
  it('cosign the newest checkpoint, from then on with a consistency proof', async () => {
    await ask();
    const first = await publishedCheckpoint(db.pool, log.id);
    expect(first?.size).toBe(log.size);
    expect(countWitnesses(nodeCrypto, policy, first?.note ?? '')).toMatchObject({
      met: true,
      organisations: ['a', 'b', 'c'],
    });

    await grow(17);
    await ask();
    const second = await publishedCheckpoint(db.pool, log.id);
    expect(second?.size).toBe(log.size);
    expect(countWitnesses(nodeCrypto, policy, second?.note ?? '').witnesses).toHaveLength(3);
    expect(witnesses[0].requests.at(-1)).toMatch(new RegExp(`^old ${first?.size}\n`));
  });

  it('are not asked again about what they cosigned', async () => {
    await ask();
    await ask();
    expect(witnesses.map(({ requests }) => requests.length)).toEqual([1, 1, 1]);
  });

  it('that remember another size are asked from there', async () => {
    await ask();
    await db.pool.query(`ALTER TABLE cosignature DISABLE TRIGGER cosignature_append_only`);
    await db.pool.query('DELETE FROM cosignature');
    await grow(5);
    await ask();
    expect(witnesses[0].requests.slice(1).map((body) => body.split('\n')[0])).toEqual(['old 0', `old ${log.size - 5}`]);
    expect(await errorOf(witnesses[0])).toBeNull();
    expect(await evidence()).toEqual([]);
  });

  it('that fail do not keep the others; what is published stays the newest that meets the policy', async () => {
    await ask();
    const met = (await publishedCheckpoint(db.pool, log.id))?.size;
    await grow(3);
    witnesses[1].misbehave = () => ({ status: 500, body: 'out of order' });
    await witnesses[2].close();
    await ask();
    expect(await errorOf(witnesses[0])).toBeNull();
    expect(await errorOf(witnesses[1])).toBe('it answered 500: out of order');
    expect((await statuses()).get(witnesses[2].vkey)).toMatchObject({ failing: true });
    expect((await publishedCheckpoint(db.pool, log.id))?.size).toBe(met);
    expect((await db.pool.query('SELECT met FROM policy_status WHERE log_id = $1', [log.id])).rows).toEqual([
      { met: false },
    ]);

    witnesses[1].misbehave = null;
    await ask();
    expect(await errorOf(witnesses[1])).toBeNull();
    expect((await publishedCheckpoint(db.pool, log.id))?.size).toBe(log.size);
  });

  it.each<[string, () => Exclude<ReturnType<NonNullable<TestWitness['misbehave']>>, 'hang' | null>, RegExp]>([
    ['do not know the log', () => ({ status: 404 }), /custody log key/],
    ['do not know the key', () => ({ status: 403 }), /custody log key/],
    ['answer something else', () => ({ status: 200, body: '<html>' }), /newline/],
    [
      'answer with a line of another key',
      () => ({ status: 200, body: new TestWitness('x.example').cosign('a\n1\nb\n\n— a YWFhYWE=\n') }),
      /no cosignature/,
    ],
    ['answer too much', () => ({ status: 200, body: 'x'.repeat(100_000) }), /more than 65536 bytes/],
    ['contradict themselves', () => ({ status: 409, body: '3\n', type: 'text/x.tlog.size' }), /it answered 409/],
    ['send us on', () => ({ status: 302 }), /it answered 302/],
  ])('that %s are named, and nothing of them is kept', async (_, answer, why) => {
    witnesses[0].misbehave = answer;
    await ask();
    expect(await errorOf(witnesses[0])).toMatch(why);
    const published = await publishedCheckpoint(db.pool, log.id);
    expect(countWitnesses(nodeCrypto, policy, published?.note ?? '').organisations).toEqual(['b', 'c']);
    expect(await evidence()).toEqual([]);
  });

  it('whose clock is far ahead are not believed', async () => {
    witnesses[0].clock = () => Math.floor(Date.now() / 1000) + 3600;
    await ask();
    expect(await errorOf(witnesses[0])).toMatch(/clock/);
  });
});

describe('two histories', () => {
  const foreign = (size: number, what: string) =>
    signCheckpoint(sha256, { origin: log.origin, size, root: sha256(what) }, key.publicKey, key.sign);

  it('are found by a witness that holds another root, with its proof, once', async () => {
    const size = log.size - 100;
    const other = foreign(size, 'another history');
    const [witness] = witnesses;
    expect(witness.addCheckpoint(`old 0\n\n${other}`).status).toBe(200);
    await ask();
    await ask();
    expect(await errorOf(witness)).toBe(`it holds another history of this log at ${size} entries`);
    const found = (await evidence()).filter((one) => one.holder === 'a.example');
    expect(found).toEqual([{ kind: 'other_root', holder: 'a.example', size, theirs: witness.served.get(log.origin) }]);
    const events = await told();
    expect(events.at(-1)).toMatchObject({ type: 'mcp.audit.log.equivocation.v1' });
    expect(JSON.parse(events.at(-1)?.data)).toMatchObject({
      equivocation: { kind: 'other_root', size, log: log.origin },
    });
    expect(await errorOf(witnesses[1])).toBeNull();
  });

  it('are found by a witness that holds more entries than there are', async () => {
    const more = foreign(log.size + 1_000, 'what is gone');
    witnesses[1].addCheckpoint(`old 0\n\n${more}`);
    await ask();
    expect(await errorOf(witnesses[1])).toMatch(/entries are gone/);
    expect((await evidence()).at(-1)).toMatchObject({ kind: 'beyond', holder: 'b.example', size: log.size + 1_000 });
  });

  it('are found by a witness that answers by version 1.0.0 of its protocol', async () => {
    const [witness] = witnesses;
    expect(witness.addCheckpoint(`old 0\n\n${foreign(log.size, 'of the same size')}`).status).toBe(200);
    witness.misbehave = () => ({ status: 409, body: `${log.size}\n`, type: 'text/x.tlog.size' });
    await ask();
    expect(await errorOf(witness)).toBe(`it holds another history of this log at ${log.size} entries`);
    expect((await evidence()).at(-1)).toMatchObject({ kind: 'other_root', holder: 'a.example', size: log.size });
  });

  it('are only said to be refused where the witness does not show what it holds', async () => {
    witnesses[2].addCheckpoint(`old 0\n\n${foreign(10, 'not shown')}`);
    witnesses[2].served.clear();
    await ask();
    expect((await evidence()).at(-1)).toMatchObject({
      kind: 'refused',
      holder: 'c.example',
      size: 10,
      theirs: expect.stringMatching(/^422/),
    });
  });
});
