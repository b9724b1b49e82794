import { beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '@/lib/core/access';
import type { AuditEvent } from '@/lib/core/event/envelope';
import type { JsonObject } from '@/lib/core/event/json';
import { recogniseReceipt, verifyReceipt } from '@/lib/core/provenance/receipts';
import type { ReceiptFormat } from '@/lib/core/provenance/receipts/receipt';
import { receiptSource } from '@/lib/core/provenance/receipts/registry';
import { factNames } from '@/lib/core/provenance/verdict';
import { nodeReceiptCrypto } from '@/lib/platform/receipt-crypto';
import { enrollSourceKey } from '@/lib/services/enroll-source-key';
import { ingestMessages } from '@/lib/services/ingest';
import { dropDay } from '@/lib/store/retention-drop';
import { transaction } from '@/lib/store/transaction';
import { jsonBytes } from '@/test/support/events';
import { madeUser } from '@/test/support/made';
import { testDatabase } from '@/test/support/postgres';
import { PipelockMaker } from '@/test/support/receipts';

const db = testDatabase();
let admin: Actor;
beforeAll(async () => {
  admin = await madeUser(db.pool, 'admin');
});

const enroll = (maker: PipelockMaker) =>
  enrollSourceKey(admin, {
    source: receiptSource('pipelock'),
    publicKey: Buffer.from(maker.publicKey).toString('base64'),
  });

const send = async (...receipts: JsonObject[]) =>
  (
    await ingestMessages(
      receipts.map((receipt, i) => ({ bytes: jsonBytes(receipt), headers: {}, position: BigInt(i), refusal: null })),
      'http',
    )
  ).map(({ outcome, refusal }) => refusal?.reason ?? outcome);

interface Stored {
  assertion: string;
  kid: string | null;
  body: AuditEvent;
}
const storedOf = async (maker: PipelockMaker) =>
  (
    await db.pool.query<Omit<Stored, 'body'> & { body: string }>(
      `SELECT assertion, kid, body FROM event WHERE source LIKE $1 ORDER BY log_index`,
      [`%:pipelock:${maker.kid.slice(0, 16)}`],
    )
  ).rows.map((row): Stored => ({ ...row, body: JSON.parse(row.body) }));

const factsOf = ({ body }: Stored) => {
  const receipt = body.data.observation?.receipt;
  return [...factNames.map((name) => receipt?.facts?.[name]?.state), receipt?.copy].join(' ');
};

describe('receipts that come in', () => {
  it('are events with their facts, each reported, with an enrolled key and without', async () => {
    const [known, unknown] = [new PipelockMaker(), new PipelockMaker()];
    expect(await enroll(known)).toMatchObject({ kid: known.kid });
    expect(await send(known.next(), known.next(), unknown.next())).toEqual(['accepted', 'accepted', 'accepted']);
    const rows = await storedOf(known);
    expect(rows.map(({ assertion, kid }) => [assertion, kid])).toEqual([
      ['reported', null],
      ['reported', null],
    ]);
    expect(rows.map(factsOf)).toEqual(Array(2).fill('holds holds open holds whole'));
    expect((await storedOf(unknown)).map(factsOf)).toEqual(['open holds open holds whole']);
  });

  it('can be verified again from what is stored, where it is whole', async () => {
    const maker = new PipelockMaker();
    await send(maker.next());
    const [{ body }] = (await storedOf(maker)) as [Stored];
    const receipt = body.data.ext?.pipelock as JsonObject;
    const { facts } = verifyReceipt(recogniseReceipt(receipt) as ReceiptFormat, receipt, {
      crypto: nodeReceiptCrypto,
      keyOf: () => null,
      roots: new Set(),
    });
    expect(facts.untampered.state).toBe('holds');
  });

  it('keep what they showed when they came, where something in them is not stored in clear', async () => {
    const maker = new PipelockMaker();
    await enroll(maker);
    const secret = `ghp_${'A1b2'.repeat(9)}`;
    await send(
      maker.next({ target: `https://example.com/?token=${secret}` }),
      maker.next({ principal: 'mallory@example.com' }),
    );
    const rows = await storedOf(maker);
    expect(rows.map(factsOf)).toEqual(Array(2).fill('holds holds open holds redacted'));
    expect(JSON.stringify(rows)).not.toMatch(/ghp_|mallory/);
  });

  it('find the one before them in what is stored: next, missing, late, branched, and again', async () => {
    const maker = new PipelockMaker();
    const [a, b, c, d] = [maker.next(), maker.next(), maker.next(), maker.next()];
    const complete = async () =>
      (await storedOf(maker)).map(({ body }) => body.data.observation?.receipt?.facts?.complete?.state);
    await send(a);
    await send(b);
    await send(d);
    expect(await complete()).toEqual(['holds', 'holds', 'open']);
    await send(c);
    expect(await complete()).toEqual(['holds', 'holds', 'open', 'holds']);
    // What came once is stored once, whatever is known of its chain by now.
    expect(await send(b, d)).toEqual(['duplicate', 'duplicate']);
    const rival = maker.again(b, { verdict: 'block' });
    expect(await send(rival)).toEqual(['accepted']);
    expect((await complete()).at(-1)).toBe('fails');
    expect((await db.pool.query('SELECT count(*)::int AS n FROM dead_letter')).rows[0].n).toBe(0);
  });

  it('are kept where they were tampered with', async () => {
    const maker = new PipelockMaker();
    await enroll(maker);
    const receipt = maker.next();
    const changed = {
      ...receipt,
      action_record: { ...(receipt.action_record as JsonObject), target: 'https://other.example' },
    };
    expect(await send(changed)).toEqual(['accepted']);
    expect((await storedOf(maker)).map(factsOf)).toEqual(['fails fails open holds whole']);
  });
});

describe('keys of receipts', () => {
  it('are enrolled by people alone, and speak for no events', async () => {
    const maker = new PipelockMaker();
    const program = {
      keyId: '00000000-0000-4000-8000-000000000001',
      keyName: 'sensor',
      keyScopes: ['source:enroll' as const],
    };
    const key = { source: receiptSource('pipelock'), publicKey: Buffer.from(maker.publicKey).toString('base64') };
    await expect(enrollSourceKey(program, key)).rejects.toMatchObject({ code: 'forbidden' });
    await enroll(maker);
    // Nothing of its source must be signed as an event.
    expect(await send(maker.next())).toEqual(['accepted']);
  });

  it('may be P-256, which no key of events is', async () => {
    const point = Buffer.concat([Buffer.of(4), Buffer.alloc(64, 7)]).toString('base64');
    await expect(
      enrollSourceKey(admin, { source: 'urn:mcp:src:default:tap:1', publicKey: point }),
    ).rejects.toMatchObject({ code: 'invalid' });
    expect(
      await enrollSourceKey(admin, { source: receiptSource('agent-audit-trail'), publicKey: point }),
    ).toMatchObject({
      kid: expect.stringMatching(/^[\w-]{43}$/),
    });
  });
});

// Last, because the log does not fit its events any more.
it('are forgotten with the day that is dropped', async () => {
  const maker = new PipelockMaker();
  const old = new Date(Date.now() - 20 * 86_400_000);
  await send(maker.next({}, old), maker.next());
  const links = async () =>
    (
      await db.pool.query('SELECT count(*)::int AS n FROM receipt_link WHERE source LIKE $1', [
        `%${maker.kid.slice(0, 16)}`,
      ])
    ).rows[0].n;
  expect(await links()).toBe(2);
  await transaction((tx) => dropDay(tx, old.toISOString().slice(0, 10)));
  expect(await links()).toBe(1);
});
