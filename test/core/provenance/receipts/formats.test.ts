import { describe, expect, it } from 'vitest';
import type { JsonObject } from '@/lib/core/event/json';
import { recogniseReceipt, summarise, verifyReceipt, verifyReceipts } from '@/lib/core/provenance/receipts';
import { nobleReceiptCrypto } from '@/lib/core/provenance/receipts/crypto-noble';
import type { ReceiptContext, ReceiptFormat } from '@/lib/core/provenance/receipts/receipt';
import { factNames } from '@/lib/core/provenance/verdict';
import { contextWith, fixtureKeys, pathsOf, valuesOf } from './read';

const states = (values: JsonObject[], context: ReceiptContext = contextWith()) => {
  const { facts } = summarise(verifyReceipts(values, context)) ?? {};
  return facts ? factNames.map((name) => facts[name].state).join(' ') : null;
};

/** Authentic, untampered, anchored, complete. */
const files: [name: string, format: string, receipts: number, states: string][] = [
  ['pipelock/valid-chain.jsonl', 'pipelock', 5, 'holds holds open open'],
  ['pipelock/broken-chain.jsonl', 'pipelock', 5, 'holds holds open fails'],
  ['pipelock/invalid-signature.json', 'pipelock', 1, 'fails fails open open'],
  ['pipelock/g1-rotated-close-count-valid.jsonl', 'pipelock', 6, 'holds holds open holds'],
  ['pipelock/valid-evidence-proxy-decision.json', 'pipelock-evidence', 1, 'holds holds open open'],
  ['agent-governance/receipts.json', 'agent-governance', 3, 'holds holds open open'],
  ['agent-governance/entries.jsonl', 'agent-governance-entry', 3, 'holds holds open open'],
  ['agent-audit-trail/trail.jsonl', 'agent-audit-trail', 5, 'holds holds open holds'],
];

describe('what other programs signed', () => {
  it.each(files)('%s', (name, format, count, expected) => {
    const values = valuesOf(name);
    const receipts = verifyReceipts(values, contextWith());
    expect(new Set(receipts.map((receipt) => receipt.format.id))).toEqual(new Set([format]));
    expect(receipts).toHaveLength(count);
    expect(states(values)).toBe(expected);
  });

  it.each(files)('%s, in the browser’s own crypto', (name, _format, _count, expected) => {
    expect(states(valuesOf(name), { ...contextWith(), crypto: nobleReceiptCrypto })).toBe(expected);
  });

  it('reads both chains of a flight recorder that Pipelock 3.2.0 wrote, and says that it goes on', () => {
    const values = valuesOf('pipelock/live-chain.jsonl');
    const receipts = verifyReceipts(values, contextWith());
    const count = (id: string) => receipts.filter(({ format }) => format.id === id).length;
    expect([count('pipelock'), count('pipelock-evidence')]).toEqual([11, 6]);
    expect(states(values)).toBe('holds holds open open');
    // Its action receipts end with the session; its evidence receipts have no end.
    expect(states(values.filter(({ type }) => type === 'action_receipt'))).toBe('holds holds open holds');
  });

  it('says of a chain whose last hash the reader has from elsewhere that it is anchored, and whole', () => {
    const values = valuesOf('agent-governance/receipts.json');
    const root = String((values.at(-1) as JsonObject).payload_hash);
    const { facts } = summarise(verifyReceipts(values, contextWith(fixtureKeys, [root]))) ?? {};
    expect([
      facts?.complete.state,
      verifyReceipts(values, contextWith(fixtureKeys, [root])).at(-1)?.facts.anchored.state,
    ]).toEqual(['holds', 'holds']);
  });
});

describe('keys', () => {
  it('believes no key that came with the receipt', () => {
    for (const name of ['pipelock/valid-chain.jsonl', 'agent-governance/receipts.json']) {
      const { facts } = summarise(verifyReceipts(valuesOf(name), contextWith([]))) ?? {};
      expect([facts?.authentic.state, facts?.untampered.state]).toEqual(['open', 'holds']);
      expect(facts?.authentic.detail).toContain('carries itself');
    }
  });

  it('can’t check what names a key that nobody gave', () => {
    for (const name of ['pipelock/valid-evidence-proxy-decision.json', 'agent-audit-trail/trail.jsonl']) {
      expect(states(valuesOf(name), contextWith([]))).toMatch(/^open open/);
    }
  });

  it('takes another key under the same id for no proof', () => {
    const others = fixtureKeys.map((key, i) => ({
      ...key,
      key: (fixtureKeys[(i + 1) % 5] as (typeof fixtureKeys)[0]).key,
    }));
    expect(states(valuesOf('pipelock/valid-chain.jsonl'), contextWith(others))).toMatch(/^open/);
    expect(states(valuesOf('pipelock/valid-evidence-proxy-decision.json'), contextWith(others))).toMatch(
      /^fails fails/,
    );
    expect(states(valuesOf('agent-governance/entries.jsonl'), contextWith(others))).toMatch(/^fails/);
  });

  it('takes no key under which one signature fits many messages', () => {
    const weak = { signer_key: `01${'00'.repeat(31)}`, signature: `ed25519:01${'00'.repeat(63)}` };
    expect(states([{ ...(valuesOf('pipelock/invalid-signature.json')[0] as JsonObject), ...weak }])).toMatch(
      /^fails fails/,
    );
    const [receipt] = valuesOf('agent-governance/receipts.json');
    expect(states([{ ...receipt, signer_public_key: weak.signer_key, signature: `01${'00'.repeat(63)}` }])).toMatch(
      /^fails fails/,
    );
  });

  it('names a revoked key', () => {
    const revoked = fixtureKeys.map((key) => ({ ...key, revokedAt: '2026-11-01T00:00:00.000Z' }));
    const { facts } = summarise(verifyReceipts(valuesOf('pipelock/valid-chain.jsonl'), contextWith(revoked))) ?? {};
    expect(facts?.authentic).toMatchObject({
      state: 'fails',
      detail: expect.stringContaining('revoked on 2026-11-01'),
    });
  });

  it('says what an HMAC proves', () => {
    const { facts } = summarise(verifyReceipts(valuesOf('agent-governance/entries.jsonl'), contextWith())) ?? {};
    expect(facts?.authentic.detail).toContain('proves nothing to others');
  });
});

describe('chains', () => {
  const chains = files
    .filter(([, , count, expected]) => count >= 3 && !expected.includes('fails'))
    .map(([name]) => name);

  it.each(chains)('finds what is dropped, swapped and repeated in %s', (name) => {
    const values = valuesOf(name);
    const complete = (changed: JsonObject[]) => states(changed)?.split(' ')[3];
    for (let i = 1; i < values.length - 1; i++) {
      expect(complete(values.toSpliced(i, 1)), `without ${i}`).toBe('fails');
      expect(complete(values.toSpliced(i, 2, ...values.slice(i, i + 2).reverse())), `${i} swapped`).toBe('fails');
    }
    for (let i = 0; i < values.length; i++) {
      expect(complete(values.toSpliced(i, 0, values[i] as JsonObject)), `${i} twice`).toBe('fails');
    }
    // Without its beginning or its end nothing contradicts, and nothing says that it is whole.
    expect(complete(values.slice(1))).toBe('open');
    expect(complete(values.slice(0, -1))).toBe('open');
  });

  it('tells a branch from a gap', () => {
    const [first, second, third] = valuesOf('agent-governance/receipts.json') as [JsonObject, JsonObject, JsonObject];
    const rival = { ...third, receipt_id: 'another', parent_receipt_hash: first.payload_hash as string };
    const kinds = verifyReceipts([first, second, rival], contextWith()).map(({ before }) => before);
    expect(kinds).toEqual(['here', 'here', 'branched']);
  });
});

describe('hostile values', () => {
  const deep = (levels: number): unknown => {
    let value: unknown = 1;
    for (let i = 0; i < levels; i++) value = [value];
    return value;
  };
  const odd: unknown[] = [
    null,
    1,
    'x',
    [],
    {},
    true,
    -1,
    1e308,
    '\ud800',
    deep(10_000),
    { toString: 1 },
    'a'.repeat(100_000),
  ];
  const whole = files.map(([name]) => valuesOf(name)[0] as JsonObject);

  it('throws for none, whichever member it stands in', () => {
    for (const receipt of whole) {
      const format = recogniseReceipt(receipt) as ReceiptFormat;
      for (const path of pathsOf(receipt)) {
        for (const value of odd) {
          const changed = structuredClone(receipt);
          replaceAt(changed, path, value);
          expect(() => verifyReceipts([changed], contextWith())).not.toThrow();
          expect(() => verifyReceipt(format, changed, contextWith())).not.toThrow();
        }
      }
    }
  });

  it('takes nothing else for a receipt', () => {
    for (const value of odd) expect(recogniseReceipt(value as never)).toBeNull();
    expect(recogniseReceipt({ type: 'action_receipt', detail: { action_record: {} } })).toBeNull();
    expect(recogniseReceipt({ specversion: '1.0', type: 'mcp.audit.rpc.tools_call.v1' })).toBeNull();
  });
});

function replaceAt(target: JsonObject, path: (string | number)[], value: unknown): void {
  let at = target as Record<string, unknown>;
  for (const name of path.slice(0, -1)) at = at[name] as Record<string, unknown>;
  at[path.at(-1) as string] = value;
}
