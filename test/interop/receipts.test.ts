import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '@/lib/core/event/json';
import { recogniseReceipt, summarise, verifyReceipt, verifyReceipts } from '@/lib/core/provenance/receipts';
import { readReceiptKeys } from '@/lib/core/provenance/receipts/keys';
import { factNames } from '@/lib/core/provenance/verdict';
import { contextWith, fixtureKeys, pathsOf, valuesOf } from '../core/provenance/receipts/read';
import { PipelockMaker } from '../support/receipts';

// The real programs, as their projects publish them on PyPI.
const packages = ['pipelock-verify==0.4.1', 'agentmesh-mcp-receipts==3.7.0', 'aat-mcp==0.1.0', 'cryptography>=46'];
const folder = mkdtempSync(join(tmpdir(), 'custody-receipts-'));
let missing: string | null = null;

beforeAll(() => {
  const install = spawnSync(
    'python3',
    ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', folder, ...packages],
    { encoding: 'utf8', timeout: 170_000 },
  );
  if (install.error) missing = 'Python is not installed here, or its packages take too long to come';
  else if (/No module named pip|No matching distribution|Could not fetch|Connection|403/.test(install.stderr))
    missing = 'the packages of PyPI can not be fetched here';
  else if (install.status !== 0) throw new Error(install.stderr);
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true }));

interface Case {
  value: JsonObject;
  key: unknown;
}
interface Answer {
  made: { 'agent-governance': JsonObject[]; 'agent-audit-trail': { records: JsonObject[]; keys: JsonObject } };
  verdicts: Record<string, boolean[]>;
}

function ask(verify: Record<string, Case[]>): Answer {
  const run = spawnSync('python3', ['-W', 'ignore', fileURLToPath(new URL('./python/receipts.py', import.meta.url))], {
    input: JSON.stringify({ verify }),
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: folder },
    maxBuffer: 64 << 20,
  });
  expect(run.stderr).toBe('');
  return JSON.parse(run.stdout) as Answer;
}

const states = (values: JsonObject[], keys = fixtureKeys) => {
  const facts = summarise(verifyReceipts(values, contextWith(keys)))?.facts;
  return factNames.map((name) => facts?.[name].state).join(' ');
};

describe('the programs that make them', () => {
  it('make receipts that hold here', ({ skip }) => {
    if (missing) skip(missing);
    const { made } = ask({});
    const receipts = made['agent-governance'];
    expect(receipts).toHaveLength(3);
    const id = String(receipts[0]?.signer_public_key);
    const signer = { id, algorithm: 'Ed25519' as const, key: Buffer.from(id, 'hex') };
    expect(states(receipts, [signer])).toBe('holds holds open open');
    const { records, keys } = made['agent-audit-trail'];
    expect(states(records, readReceiptKeys(keys))).toBe('holds holds open holds');
  });
});

interface Variant {
  /** Which value is another, and what it is now. */
  what: string;
  value: JsonObject;
}

/** Each value within the object replaced by others, and left out. */
function* variants(value: JsonObject): Iterable<Variant> {
  yield { what: 'nothing', value };
  for (const path of pathsOf(value)) {
    const old = path.reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], value);
    const others: Json[] = [
      null,
      '',
      0,
      1,
      true,
      'x',
      [],
      {},
      `${String(old)} `,
      typeof old === 'number' ? old + 1 : 'é',
    ];
    for (const other of [...others, undefined]) {
      const copy = structuredClone(value);
      const parent = path
        .slice(0, -1)
        .reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], copy) as JsonObject;
      const last = path.at(-1) as string;
      if (other !== undefined) parent[last] = other;
      else if (Array.isArray(parent)) (parent as unknown[]).splice(Number(last), 1);
      else delete parent[last];
      const shown = other === `${String(old)} ` ? 'with a space' : JSON.stringify(other);
      yield { what: `${path.join('.')}: ${shown}`, value: copy };
    }
  }
  yield { what: 'another member', value: { ...value, another: 'member' } };
}

describe('the programs that verify them', () => {
  const maker = new PipelockMaker();
  const rich = maker.next({
    target: 'https://example.com/?q=<b>&é=\u2028\u{1f512}',
    method: 'GET',
    redaction: { profile: 'p', total_redactions: 2, by_class: { z: 1, a: 1 } },
    recent_taint_sources: [{ url: 'https://a.example', kind: 'web', level: 2, timestamp: '2026-01-01T00:00:00Z' }],
    data_classes_in: ['pii'],
    session_contaminated: true,
  });
  const [trailKey] = Object.values(valuesOf('agent-audit-trail/keys.json')[0] as JsonObject);
  const made: Record<string, { value: JsonObject; key: unknown }> = {
    pipelock: { value: rich, key: maker.kid },
    'pipelock-evidence': {
      value: valuesOf('pipelock/valid-evidence-proxy-decision.json')[0] as JsonObject,
      key: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    },
    'agent-governance': {
      value: valuesOf('agent-governance/receipts.json')[1] as JsonObject,
      key: '982f235a40466bc53f5807b3f1d8cd521b1dff9d4c0756cbfe3cd61cccc5953b',
    },
    'agent-audit-trail': { value: valuesOf('agent-audit-trail/trail.jsonl')[1] as JsonObject, key: trailKey },
  };
  /** What their programs let pass and ours do not. To Python true is 1, and spaces between hexadecimal digits are nothing. */
  const lenient: Record<string, RegExp> = {
    pipelock: /^(version: true|signature: with a space)$/,
    // Which key is named, the signature does not cover; they were told the key, ours look it up.
    'pipelock-evidence': /^(signature\.signer_key_id: .*|signature\.signature: with a space)$/,
    // What follows from the rest, their library makes anew.
    'agent-governance': /^(payload_hash: .*|signature: with a space)$/,
    'agent-audit-trail': /^$/,
  };
  const keys = [...fixtureKeys, { id: maker.kid, algorithm: 'Ed25519' as const, key: maker.publicKey }];
  const context = contextWith(keys);

  it.for(Object.keys(made))('agree on each receipt of %s in which a value is another', (name, { skip }) => {
    if (missing) skip(missing);
    const { value, key } = made[name] as Case;
    const cases = [...variants(value)];
    const theirs = ask({ [name]: cases.map((one) => ({ value: one.value, key })) }).verdicts[name] as boolean[];
    const ours = cases.map(({ value: one }) => {
      const format = recogniseReceipt(one);
      if (format?.id !== name) return false;
      const { authentic, untampered } = verifyReceipt(format, one, context).facts;
      return authentic.state === 'holds' && untampered.state === 'holds';
    });
    expect(theirs[0]).toBe(true);
    expect(theirs.filter((valid) => !valid).length).toBeGreaterThan(50);
    const only = (a: boolean[], b: boolean[]) => cases.filter((_, i) => a[i] && !b[i]).map(({ what }) => what);
    expect(only(ours, theirs)).toEqual([]);
    for (const what of only(theirs, ours)) expect(what).toMatch(lenient[name] as RegExp);
  });
});
