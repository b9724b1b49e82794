import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '@/lib/core/event/canonical';
import type { JsonObject } from '@/lib/core/event/json';
import { auditTrail } from '@/lib/core/provenance/receipts/audit-trail';
import { contextWith, fixtureKeys, valuesOf } from './read';

const sha256 = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
const node = (left: Uint8Array, right: Uint8Array) => sha256(Uint8Array.of(1), left, right);
const [first, second, third] = valuesOf('agent-audit-trail/trail.jsonl') as [JsonObject, JsonObject, JsonObject];
const leaves = [first, second, third].map((record) => sha256(Uint8Array.of(0), Buffer.from(canonicalJson(record))));
const [a, b, c] = leaves as [Buffer, Buffer, Buffer];
const root = node(node(a, b), c).toString('hex');
const batch = {
  merkle_root: root,
  inclusion_proof: [
    { side: 'left', hash: a.toString('hex') },
    { side: 'right', hash: c.toString('hex') },
  ],
};
const facts = (record: JsonObject, roots: string[] = []) =>
  auditTrail.inspect(record, contextWith(fixtureKeys, roots)).facts;

describe('a record in a batch', () => {
  it('leads to the root, which is anchored where the reader has it from elsewhere', () => {
    const record = { ...second, batch };
    expect(facts(record).anchored).toMatchObject({ state: 'open', detail: expect.stringContaining(root) });
    expect(facts(record, [root]).anchored.state).toBe('holds');
    // The batch is put on afterwards: neither signature nor chain cover it.
    expect(facts(record).untampered).toMatchObject({
      state: 'holds',
      detail: expect.stringContaining('does not cover `batch`'),
    });
    expect(auditTrail.inspect(record, contextWith()).link.hash).toBe(
      auditTrail.inspect(second, contextWith()).link.hash,
    );
  });

  it.each<[string, JsonObject]>([
    ['another root', { ...batch, merkle_root: '0'.repeat(64) }],
    ['no path', { merkle_root: root }],
    ['a path in another order', { ...batch, inclusion_proof: [...batch.inclusion_proof].reverse() }],
    ['a side that is none', { ...batch, inclusion_proof: [{ side: 'up', hash: a.toString('hex') }] }],
    ['a hash that is none', { ...batch, inclusion_proof: [{ side: 'left', hash: 'x' }] }],
    ['a path without end', { ...batch, inclusion_proof: Array(65).fill(batch.inclusion_proof[0]) }],
  ])('with %s does not', (_, wrong) => {
    expect(facts({ ...second, batch: wrong }, [root]).anchored.state).toBe('fails');
  });
});

describe('other signatures', () => {
  it('of ML-DSA-65 are not checked, and are said to be open', () => {
    expect(facts({ ...first, sig_alg: 'ML-DSA-65' }).authentic).toMatchObject({
      state: 'open',
      detail: expect.stringContaining('not checked here'),
    });
  });

  it('of no algorithm of the draft do not hold', () => {
    for (const algorithm of ['none', 'HS256', 1, null])
      expect(facts({ ...first, sig_alg: algorithm }).authentic.state).not.toBe('holds');
  });

  it('that are missing vouch for nothing', () => {
    const { signature: _, ...rest } = first;
    expect([facts(rest).authentic.state, facts(rest).untampered.state]).toEqual(['open', 'open']);
  });
});
