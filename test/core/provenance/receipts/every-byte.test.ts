import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { decodeJson } from '@/lib/core/event/decode';
import type { JsonObject } from '@/lib/core/event/json';
import { recogniseReceipt, verifyReceipts } from '@/lib/core/provenance/receipts';
import { quoted } from '@/lib/core/provenance/receipts/receipt';
import { factNames } from '@/lib/core/provenance/verdict';
import { contextWith, pathsOf, valuesOf } from './read';
import { governance, recordOf, sealed } from './records';

/** Receipts, and the members whose change their format can't find; what it says of them stands in the fact. */
const receipts: [name: string, receipt: JsonObject, uncovered: RegExp, said: RegExp][] = [
  [
    'Pipelock, in its recorder’s entry',
    valuesOf('pipelock/live-chain.jsonl')[0] as JsonObject,
    /^(?!detail$|type$)/,
    /entry around it is not covered/,
  ],
  [
    'Pipelock, bare',
    (valuesOf('pipelock/valid-chain.jsonl')[0] as { detail?: JsonObject }).detail ??
      (valuesOf('pipelock/valid-chain.jsonl')[0] as JsonObject),
    /^$/,
    /whole action record/,
  ],
  [
    'Pipelock evidence',
    valuesOf('pipelock/valid-evidence-proxy-decision.json')[0] as JsonObject,
    /^$/,
    /whole receipt but the name of its key/,
  ],
  [
    'agent-governance-toolkit',
    valuesOf('agent-governance/receipts.json')[1] as JsonObject,
    /^(error|payload_hash)$/,
    /does not cover "error"/,
  ],
  [
    'agent-governance-toolkit, entry',
    valuesOf('agent-governance/entries.jsonl')[0] as JsonObject,
    /^(sandbox_id|environment|compute_driver)$/,
    /content_hash is the hash/,
  ],
  ['Agent Audit Trail', valuesOf('agent-audit-trail/trail.jsonl')[1] as JsonObject, /^$/, /whole record/],
  ['audit-record-contract/1', sealed(recordOf({ 'caller-governance': governance })), /^$/, /hash of the record/],
];

const facts = (value: JsonObject) => verifyReceipts([value], contextWith())[0]?.facts;
const names = ['authentic', 'untampered', 'complete'] as const;
const rank = { holds: 0, open: 1, fails: 2 };

describe.each(receipts)('%s', (_, receipt, uncovered, said) => {
  const before = facts(receipt) as NonNullable<ReturnType<typeof facts>>;
  const bytes = new TextEncoder().encode(JSON.stringify(receipt));

  it('is sound as it is, and says what is covered', () => {
    expect(factNames.filter((name) => before[name].state === 'fails')).toEqual([]);
    expect(before.untampered.state).toBe('holds');
    expect(before.untampered.detail).toMatch(said);
  });

  it('every byte that is changed is found, or is one that the format does not cover', () => {
    let changes = 0;
    for (let at = 0; at < bytes.length; at++) {
      for (const bits of [1, 0x20]) {
        const copy = bytes.slice();
        copy[at] = (copy[at] as number) ^ bits;
        const decoded = decodeJson(copy);
        // No JSON any more, another way to write the same, or no receipt any more.
        if (!decoded.ok || isDeepStrictEqual(decoded.value.value, receipt)) continue;
        if (recogniseReceipt(decoded.value.value) === null) continue;
        const changed = decoded.value.value as JsonObject;
        const after = facts(changed) as typeof before;
        changes++;
        if (names.some((name) => rank[after[name].state] > rank[before[name].state])) continue;
        const where = difference(receipt, changed);
        // A name that was changed leaves the old one missing: only names that are not covered may be.
        expect(
          where.every((path) => uncovered.test(path) || isNewName(path, receipt, after.untampered.detail)),
          `${where} at ${at}`,
        ).toBe(true);
      }
    }
    expect(changes).toBeGreaterThan(100);
  });
});

/** Top-level members that differ. One that is null and one that is not there are the same to these formats. */
function difference(a: JsonObject, b: JsonObject): string[] {
  const top = new Set([...pathsOf(a), ...pathsOf(b)].map(([name]) => String(name)));
  return [...top].filter(
    (name) => !isDeepStrictEqual(a[name], b[name]) && (a[name] !== null || Object.hasOwn(b, name)),
  );
}

/** A member that was not there before, and that the fact names as not covered. */
const isNewName = (name: string, before: JsonObject, detail: string): boolean =>
  !Object.hasOwn(before, name) && detail.includes(quoted(name));
