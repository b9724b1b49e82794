import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '@/lib/core/event/canonical';
import type { JsonObject } from '@/lib/core/event/json';
import type { Facts, SourceKey } from '@/lib/core/judge/contract';
import { NeedsList, noFacts } from '@/lib/core/judge/needs';
import { type Opened, readBatch } from '@/lib/core/judge/read';
import { askReceipt, judgeReceipt, noteCopy } from '@/lib/core/judge/receipts';
import { receiptSource } from '@/lib/core/provenance/receipts/registry';
import { factNames } from '@/lib/core/provenance/verdict';
import { nodeReceiptCrypto } from '@/lib/platform/receipt-crypto';
import { madeEvent } from '@/test/support/events';
import { PipelockMaker } from '@/test/support/receipts';

const sha256 = (data: string | Uint8Array) => hash('sha256', data);

function opened(...values: unknown[]): Opened[] {
  const messages = values.map((value, i) => ({
    bytes: Buffer.from(JSON.stringify(value)),
    headers: {},
    position: BigInt(i),
  }));
  const reading = readBatch(messages, Date.now(), sha256);
  expect(reading.dead).toEqual([]);
  return reading.opened;
}

const keyOf = (maker: PipelockMaker, more: Partial<SourceKey> = {}): SourceKey => ({
  kid: maker.kid,
  publicKey: maker.publicKey,
  source: receiptSource('pipelock'),
  revokedAt: null,
  registry: 1,
  ...more,
});

/** Facts, each by its state, of receipts that come in one after the other. */
function judged(facts: Facts, ...values: unknown[]): string[] {
  return opened(...values).map((one) => {
    expect(judgeReceipt(one, facts, nodeReceiptCrypto)).not.toBeNull();
    const { receipt } = one.event.data.observation ?? {};
    return factNames.map((name) => receipt?.facts?.[name]?.state).join(' ');
  });
}

const knowing = (...keys: SourceKey[]): Facts => {
  const facts = noFacts();
  for (const key of keys) facts.keys.set(key.kid, key);
  return facts;
};

describe('a receipt that comes in', () => {
  it('has its facts in its event, and is never signed by the producer of the event', () => {
    const maker = new PipelockMaker();
    const [one] = opened(maker.next()) as [Opened];
    const seen = judgeReceipt(one, knowing(keyOf(maker)), nodeReceiptCrypto);
    expect(one.event.data.observation).toMatchObject({
      assertion: 'reported',
      receipt: { format: 'pipelock', kid: maker.kid, algorithm: 'Ed25519', copy: 'whole' },
    });
    expect(seen?.seen).toMatchObject({
      source: one.event.source,
      previous: null,
      eventId: one.event.id,
      eventTime: one.event.time,
    });
  });

  it('asks for its key and the receipt before it', () => {
    const maker = new PipelockMaker();
    const [first, second] = opened(maker.next(), maker.next()) as [Opened, Opened];
    const needs = new NeedsList(noFacts());
    for (const one of [first, second]) askReceipt(one, needs, nodeReceiptCrypto);
    const seen = judgeReceipt(first, noFacts(), nodeReceiptCrypto);
    expect(needs.result()?.keys).toEqual([maker.kid]);
    expect(needs.result()?.receipts).toContain(`${first.event.source}\0${seen?.seen?.hash}`);
  });

  it('is authentic by a key that is enrolled for its family, in force, and the same', () => {
    const [maker, other] = [new PipelockMaker(), new PipelockMaker()];
    const receipt = maker.next();
    const state = (...keys: SourceKey[]) => judged(knowing(...keys), receipt)[0];
    expect(state(keyOf(maker))).toBe('holds holds open holds');
    expect(state()).toBe('open holds open holds');
    // Of a source of events, of other receipts, or another key under this id: it vouches for nothing.
    const [{ event }] = opened(receipt) as [Opened];
    for (const more of [
      { source: event.source },
      { source: receiptSource('agent-governance') },
      { publicKey: other.publicKey },
    ])
      expect(state(keyOf(maker, more))).toBe('open holds open holds');
    expect(state(keyOf(maker, { revokedAt: '2026-01-01T00:00:00.000Z' }))).toBe('fails holds open holds');
  });

  it('is kept where it was tampered with, and says so', () => {
    const maker = new PipelockMaker();
    const receipt = maker.next();
    const record = { ...(receipt.action_record as JsonObject), verdict: 'block' };
    expect(judged(knowing(keyOf(maker)), { ...receipt, action_record: record })).toEqual(['fails fails open holds']);
  });

  it('says whether what is stored can be verified again', () => {
    const [one] = opened(new PipelockMaker().next()) as [Opened];
    judgeReceipt(one, noFacts(), nodeReceiptCrypto);
    const { observation } = one.event.data;
    const stored = {
      ...one.event,
      data: { ...one.event.data, ext: { ...one.event.data.ext, pipelock: { target: '[redacted]' } } },
    };
    noteCopy(one, stored);
    expect(observation?.receipt?.copy).toBe('redacted');
    noteCopy(one, one.event);
    expect(observation?.receipt?.copy).toBe('whole');
  });

  it('is one event however often it comes, and two that call themselves the same are two', () => {
    const receipt = new PipelockMaker().next();
    const other = { ...receipt, signature: `ed25519:${'0'.repeat(128)}` };
    const [a, b, c] = opened(receipt, receipt, other) as [Opened, Opened, Opened];
    expect(a.event.id).toBe(b.event.id);
    expect(c.event.id).not.toBe(a.event.id);
  });
});

describe('a chain that comes in', () => {
  it('is complete as long as each finds the one before it, also within a batch', () => {
    const maker = new PipelockMaker();
    const [a, b, c] = [maker.next(), maker.next(), maker.next()];
    const facts = knowing(keyOf(maker));
    expect(judged(facts, a, b, c).map((states) => states.split(' ')[3])).toEqual(['holds', 'holds', 'holds']);
  });

  it('is open where one has not come yet, and is asked for again', () => {
    const maker = new PipelockMaker();
    const [a, b, c] = [maker.next(), maker.next(), maker.next()];
    const facts = knowing(keyOf(maker));
    expect(judged(facts, a)[0]).toMatch(/holds$/);
    const [{ event }] = opened(c) as [Opened];
    const missing = `${event.source}\0${(c.action_record as JsonObject).chain_prev_hash}`;
    facts.receipts.set(missing, null);
    expect(judged(facts, c)[0]).toMatch(/open$/);
    expect(judged(facts, b)[0]).toMatch(/holds$/);
    expect(facts.receipts.get(missing)?.known).toBe(true);
  });

  it('branches where two name the same one', () => {
    const maker = new PipelockMaker();
    const [a, b] = [maker.next(), maker.next()];
    const facts = knowing(keyOf(maker));
    // One that comes again is no branch.
    expect(judged(facts, a, b, b).map((states) => states.split(' ')[3])).toEqual(['holds', 'holds', 'holds']);
    const rival = { ...b, action_record: { ...(b.action_record as JsonObject), verdict: 'block' } };
    expect(judged(facts, rival)[0]).toBe('fails fails open fails');
  });

  it('is not broken by what nobody signed', () => {
    const maker = new PipelockMaker();
    const [a, b] = [maker.next(), maker.next()];
    const facts = knowing(keyOf(maker));
    const rival = { ...b, action_record: { ...(b.action_record as JsonObject), verdict: 'block' } };
    expect(judged(facts, a, rival, b)).toEqual([
      'holds holds open holds',
      'fails fails open holds',
      'holds holds open holds',
    ]);
  });
});

it('takes whatever stands where hashes and keys should, and asks for none of it', () => {
  const receipt = new PipelockMaker().next();
  const record = receipt.action_record as JsonObject;
  const odd = ['\u0000', 'x'.repeat(5_000), '\u{1f512}'.repeat(400), 'a b', ''];
  for (const text of odd) {
    const [one] = opened({
      ...receipt,
      signer_key: text,
      action_record: { ...record, chain_seq: 5, chain_prev_hash: text },
    }) as [Opened];
    const needs = new NeedsList(noFacts());
    askReceipt(one, needs, nodeReceiptCrypto);
    expect(needs.result()?.keys ?? []).toEqual([]);
    for (const key of needs.result()?.receipts ?? []) expect(key).toMatch(/\0[0-9a-f]{64}$/);
    expect(judgeReceipt(one, noFacts(), nodeReceiptCrypto)).toEqual({ seen: null });
    // It can be written down.
    expect(canonicalJson(one.event)).toContain('"receipt"');
  }
});

it('leaves other events alone, whatever they say of receipts', () => {
  const event = madeEvent({
    data: { observation: { receipt: { format: 'pipelock', facts: { authentic: { state: 'holds' } } } } },
  });
  const [one] = opened(event) as [Opened];
  const needs = new NeedsList(noFacts());
  askReceipt(one, needs, nodeReceiptCrypto);
  expect([needs.result(), judgeReceipt(one, noFacts(), nodeReceiptCrypto)]).toEqual([null, null]);
});
