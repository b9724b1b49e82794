import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '@/lib/core/event/json';
import { recogniseReceipt, verifyReceipts } from '@/lib/core/provenance/receipts';
import { auditRecord, preimageOf } from '@/lib/core/provenance/receipts/audit-record';
import { contextWith } from './read';
import { governance, recordOf, sealed, security } from './records';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const untampered = (record: JsonObject) => auditRecord.inspect(record, contextWith()).facts.untampered;
const state = (record: JsonObject) => untampered(record).state;
const withPurpose = (purpose: Json) => recordOf({ 'caller-governance': { ...governance, purpose_declared: purpose } });

describe('the contract’s known answers', () => {
  it.each([
    [
      'one extension',
      { 'caller-governance': governance },
      'd494769c1ae442ea88dd190068747abf63c0568a3b856f85791b1a50a99d48b4',
    ],
    [
      'two extensions under one hash',
      { 'caller-governance': governance, 'runtime-security': security },
      'f733fed9cc757165f810b778e4baba1f51a45504988e937707aaab4361b2f064',
    ],
  ])('%s', (_, extensions, hash) => {
    const record = recordOf(extensions);
    expect(sha256(preimageOf(record))).toBe(hash);
    expect(state({ ...record, event_hash: hash })).toBe('holds');
    expect(state({ ...record, event_hash: hash, outcome: 'allowed' })).toBe('fails');
    const other = { ...extensions, 'caller-governance': { ...governance, purpose_declared: 'something else' } };
    expect(state({ ...record, event_hash: hash, extensions: other })).toBe('fails');
  });
});

describe('the canonical form', () => {
  it('does not depend on the order of names, on any level', () => {
    const record = sealed(recordOf({ 'caller-governance': governance }));
    const turned = Object.fromEntries(Object.entries(record).reverse());
    turned.extensions = { 'caller-governance': Object.fromEntries(Object.entries(governance).reverse()) };
    expect(preimageOf(turned)).toBe(preimageOf(record));
  });

  it('sorts by code point, not by UTF-16 unit', () => {
    // U+FF61 is below U+1F512, whose first unit is below it.
    expect(preimageOf(recordOf({ '\u{1f512}': '', '\uff61': '' }))).toContain('"\uff61":"","\u{1f512}":""');
  });

  it('takes NFD and spaces at the ends for the same text, and no other white space', () => {
    const [composed, apart] = [withPurpose('café audit'), withPurpose(' cafe\u0301 audit ')];
    expect(preimageOf(apart)).toBe(preimageOf(composed));
    expect(preimageOf(withPurpose('\u00a0café audit'))).not.toBe(preimageOf(composed));
    expect(preimageOf(withPurpose('   '))).toContain('"purpose_declared":""');
  });

  it('writes what is not ASCII as it is', () => {
    expect(preimageOf(withPurpose('export \u{1f512} "locked" \\ \u2028'))).toContain(
      'export \u{1f512} \\"locked\\" \\\\ \u2028',
    );
  });

  it('keeps null apart from an empty text', () => {
    const record = recordOf({ 'caller-governance': governance });
    expect(preimageOf({ ...record, tool_name: null })).not.toBe(preimageOf({ ...record, tool_name: '' }));
  });

  it.each<[string, Json]>([
    ['a control character', 'line1\nline2'],
    ['a control character at its end, which is not trimmed', 'x\t'],
    ['a C1 control character', 'line1\u0085line2'],
    ['DEL', 'x\u007f'],
    ['half of a surrogate pair', 'lone \ud83d surrogate'],
    ['a number', 1],
    ['a text that is too long', 'x'.repeat(8_193)],
  ])('there is none of %s', (_, purpose) => {
    expect(() => preimageOf(withPurpose(purpose))).toThrow();
    expect(untampered({ ...withPurpose(purpose), event_hash: '0'.repeat(64) })).toMatchObject({
      state: 'fails',
      detail: expect.stringContaining('no canonical form'),
    });
  });

  it('takes the longest text, however many spaces stand around it', () => {
    expect(state(sealed(withPurpose(`${' '.repeat(50_000)}${'x'.repeat(8_192)}${' '.repeat(50_000)}`)))).toBe('holds');
  });
});

describe('a record', () => {
  it('is none without previous_hash or extensions', () => {
    const record = sealed(recordOf({ 'caller-governance': governance }));
    for (const name of ['previous_hash', 'extensions', 'event_hash', 'tool_name']) {
      const { [name]: _, ...rest } = record;
      expect(recogniseReceipt(rest)).toBeNull();
    }
    expect(recogniseReceipt({ ...record, extensions: [] })).toBeNull();
  });

  it.each<[string, JsonObject, JsonObject?]>([
    ['an extension that is not registered', { 'not-a-real-extension': { foo: 'bar' } }],
    ['no extension', {}],
    ['an extension without what it must have', { 'caller-governance': { flagged: false } }],
    ['a word that its registration does not have', { 'runtime-security': { ...security, severity: 'critical' } }],
    ['an outcome of its own', { 'caller-governance': governance }, { outcome: 'recorded' }],
    ['a time without milliseconds', { 'caller-governance': governance }, { occurred_at: '2026-06-06T12:00:00Z' }],
    ['a hash in capitals', { 'caller-governance': governance }, { previous_hash: 'AB'.repeat(32) }],
  ])('with %s is not of the contract, whatever its hash', (_, extensions, members = {}) => {
    expect(untampered(sealed({ ...recordOf(extensions), ...members }))).toMatchObject({
      state: 'open',
      detail: expect.stringContaining('the contract has no such record'),
    });
  });

  it('says which members its hash does not cover', () => {
    const record = { ...sealed(recordOf({ 'caller-governance': governance })), note: 'x', anchor_witness: null };
    expect(untampered(record)).toMatchObject({
      state: 'holds',
      detail: expect.stringContaining('"anchor_witness", "note"'),
    });
  });

  it('is never authentic: nothing signs it', () => {
    expect(
      auditRecord.inspect(sealed(recordOf({ 'caller-governance': governance })), contextWith()).facts.authentic.state,
    ).toBe('open');
  });
});

describe('a chain', () => {
  const first = sealed(recordOf({ 'caller-governance': governance }));
  const second = sealed({
    ...recordOf({ 'runtime-security': security }),
    event_id: 'two',
    previous_hash: first.event_hash as string,
  });
  const complete = (records: JsonObject[]) =>
    verifyReceipts(records, contextWith()).map(({ facts }) => facts.complete.state);

  it('goes on under another extension', () => expect(complete([first, second])).toEqual(['holds', 'holds']));
  it('is broken where a record is gone', () => expect(complete([second])).toEqual(['open']));
  it('is broken where a record was made anew', () => {
    const remade = sealed({ ...first, outcome: 'denied' });
    expect(complete([remade, second])).toEqual(['holds', 'fails']);
  });
  it('may begin a new segment', () => {
    expect(complete([first, second, sealed({ ...first, event_id: 'three' })])).toEqual(['holds', 'holds', 'holds']);
  });
});
