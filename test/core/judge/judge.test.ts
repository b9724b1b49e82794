import { createHash, hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createPrinter } from '@/lib/core/context/prints';
import { createEngine } from '@/lib/core/detection/engine';
import { rules } from '@/lib/core/detection/rules';
import { canonicalJson } from '@/lib/core/event/canonical';
import type { AuditEvent } from '@/lib/core/event/envelope';
import type { JudgedBatch } from '@/lib/core/judge/batch';
import type { EventRow, Facts, Message, Needs } from '@/lib/core/judge/contract';
import { type JudgeState, type JudgeTools, judgeBatch } from '@/lib/core/judge/judge';
import { kinds, noFacts } from '@/lib/core/judge/needs';
import { readBatch } from '@/lib/core/judge/read';
import { Sightings } from '@/lib/core/judge/sightings';
import { SignatureVerifier } from '@/lib/core/provenance/signature';
import { nodeCrypto } from '@/lib/platform/crypto';
import { nodeReceiptCrypto } from '@/lib/platform/receipt-crypto';
import { madeEvent } from '@/test/support/events';
import { fingerprint, madeSubject } from '@/test/support/marks';
import { SigningSource } from '@/test/support/stored-log';

const sha256 = (data: string | Uint8Array) => hash('sha256', data);
const tools: JudgeTools = {
  crypto: nodeReceiptCrypto,
  sha256,
  signatures: new SignatureVerifier(nodeCrypto),
  engine: createEngine(rules),
  printer: createPrinter(new Uint8Array(16)),
  fingerprint,
  believeGenerated: false,
};
const now = Date.now();

const freshState = (): JudgeState => ({ facts: noFacts(), written: new Map(), sightings: new Sightings(), size: 0 });

/** Judges messages as the worker would; `stored` answers what the judge asks for, nothing where it is left out. */
function judge(
  bodies: (string | Uint8Array)[],
  given: { state?: JudgeState; stored?: (facts: Facts) => void; careful?: boolean; believeGenerated?: boolean } = {},
): JudgedBatch & { asked: Needs[]; rows: EventRow[] } {
  const { state = freshState(), stored, careful = false, believeGenerated = false } = given;
  const messages = bodies.map(
    (body, at): Message => ({
      bytes: typeof body === 'string' ? Buffer.from(body) : body,
      headers: {},
      position: BigInt(at),
    }),
  );
  const rows: EventRow[] = [];
  const reading = readBatch(messages, now, sha256, 'test', believeGenerated);
  const going = judgeBatch(
    [reading],
    state,
    { ...tools, believeGenerated },
    {
      emit: (slice) => rows.push(...slice),
      now,
      careful,
      report: true,
      lap: () => {},
    },
  );
  const asked: Needs[] = [];
  for (;;) {
    const step = going.next();
    if (step.done) return { ...step.value, asked, rows };
    asked.push(step.value);
    const facts = noFacts();
    stored?.(facts);
    for (const kind of kinds) {
      const into = state.facts[kind] as Map<string, unknown>;
      const empty = kind === 'sourceKids' || kind === 'sightings' ? [] : null;
      const missing = (key: string) => (kind === 'subjects' ? madeSubject(key) : empty);
      for (const key of step.value[kind]) into.set(key, facts[kind].get(key) ?? missing(key));
    }
  }
}

describe('the fast path and the slow one', () => {
  const events: [string, AuditEvent][] = [
    ['plain', madeEvent()],
    ['with a secret', madeEvent({ data: { request: { arguments: { key: `AKIA${'ABCDEFGHIJKLMNOP'}` } } } })],
    [
      'with characters beyond ASCII',
      madeEvent({ data: { result: { content: [{ type: 'text', text: 'größer \u2028 😀 \u0001' }] } } }),
    ],
    ['with what no schema knows', { ...madeEvent(), another: { z: 1, a: [true, null, 1.5e3] } } as AuditEvent],
  ];
  test.each(events)('agree on everything but the bytes that came in: %s', (_, event) => {
    const fast = judge([canonicalJson(event)]);
    const slow = judge([JSON.stringify(event, null, 2)]);
    const text = (body: Uint8Array | string | undefined) =>
      typeof body === 'string' ? body : Buffer.from(body ?? []).toString();
    const [a, b] = [fast.rows[0], slow.rows[0]];
    expect(text(a?.body)).toBe(text(b?.body));
    expect({ ...a, body: null, rawHash: null }).toEqual({ ...b, body: null, rawHash: null });
    expect(fast.detections).toEqual(slow.detections);
    expect(fast.usage).toEqual(slow.usage);
  });

  test('the bytes as they came are the body where they are canonical', () => {
    const bytes = Buffer.from(canonicalJson(madeEvent()));
    const [row] = judge([bytes]).rows;
    expect(row?.body).toBe(bytes);
    expect(row?.eventHash).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(row?.rawHash).toBeNull();
  });

  test('of bytes that held a secret no hash is kept', () => {
    const event = madeEvent({ data: { request: { arguments: { key: `AKIA${'ABCDEFGHIJKLMNOP'}` } } } });
    const [row] = judge([JSON.stringify(event)]).rows;
    expect(new TextDecoder().decode(row?.body)).toContain('[redacted:');
    expect(row?.rawHash).toBeNull();
    expect(judge([JSON.stringify(madeEvent())]).rows[0]?.rawHash).toHaveLength(64);
  });
});

describe('an event that says it was generated', () => {
  const day = 86_400_000;
  const made = (ago: number) =>
    canonicalJson(
      madeEvent({
        time: new Date(now - ago).toISOString(),
        data: {
          observation: { generated: true },
          server: { id: 'stdio:files' },
          tool: { name: 'read_file' },
          request: { arguments: { path: '../../../../etc/passwd' } },
        },
      }),
    );
  test.each([
    ['a demonstration', true],
    ['any other installation', false],
  ])('in %s, is believed: %s', (_, believeGenerated) => {
    const { rows, detections, usage, servers } = judge([made(0)], { believeGenerated });
    expect(detections.map(({ ruleId }) => ruleId)).toContain('path-traversal');
    const said = [rows, detections, usage, servers].map((all) => [...new Set(all.map(({ generated }) => generated))]);
    expect(said).toEqual([[believeGenerated], [believeGenerated], [believeGenerated], [believeGenerated]]);
  });

  test('may be old only where it is believed', () => {
    expect(judge([made(60 * day)], { believeGenerated: true }).deadLetters).toEqual([]);
    expect(judge([made(60 * day)]).deadLetters).toMatchObject([{ reason: 'time_out_of_range' }]);
  });
});

describe('what is asked for', () => {
  test('comes in one round for plain events, and is not asked again for the next batch', () => {
    const state = freshState();
    expect(judge([canonicalJson(madeEvent())], { state }).asked).toHaveLength(1);
    expect(judge([canonicalJson(madeEvent())], { state }).asked).toEqual([]);
  });

  test('an event at or below its chain head is looked up; a stored one is counted, not stored', () => {
    const source = new SigningSource();
    const [first, second] = source.events(2) as [AuditEvent, AuditEvent];
    const key = { kid: source.kid, publicKey: source.publicKey, source: source.source, revokedAt: null, registry: 1 };
    const state = freshState();
    const both = judge([canonicalJson(first), canonicalJson(second)], {
      state,
      stored: (facts) => void facts.keys.set(source.kid, key),
    });
    expect(both.rows.map((row) => row.assertion)).toEqual(['producer_signed', 'producer_signed']);
    expect(both.chains).toMatchObject([{ was: null, sequence: 1n, events: 2, duplicates: 0 }]);

    const original = {
      id: first.id,
      eventHash: both.rows[0]?.eventHash ?? '',
      recordedAt: new Date(now).toISOString(),
    };
    const again = judge([canonicalJson(first)], {
      state,
      stored: (facts) => void facts.known.set(`${first.id} ${first.time}`, original),
    });
    expect(again.asked[0]?.known).toEqual([`${first.id} ${first.time}`]);
    expect(again.rows).toEqual([]);
    expect(again.duplicates).toBe(1);
    expect(again.chains).toMatchObject([{ sequence: 1n, events: 0, duplicates: 1 }]);
    expect(again.outcomes).toMatchObject([{ outcome: 'duplicate', id: first.id }]);
  });

  test('an event twice in one batch is stored once', () => {
    const text = canonicalJson(madeEvent());
    const { rows, duplicates } = judge([text, text]);
    expect([rows.length, duplicates]).toEqual([1, 1]);
  });
});

describe('who vouches', () => {
  const source = new SigningSource();
  const key = { kid: source.kid, publicKey: source.publicKey, source: source.source, revokedAt: null, registry: 1 };
  const reasonOf = (event: AuditEvent, stored?: (facts: Facts) => void) =>
    judge([canonicalJson(event)], stored ? { stored } : {}).deadLetters[0]?.reason;
  const knowing = (over: object) => (facts: Facts) => void facts.keys.set(source.kid, { ...key, ...over });

  test.each<[string, (event: AuditEvent) => AuditEvent, ((facts: Facts) => void) | undefined, string | undefined]>([
    ['a good signature', (event) => event, knowing({}), undefined],
    ['a key that nobody enrolled', (event) => event, undefined, 'unknown_key'],
    ['a key of another source', (event) => event, knowing({ source: 'urn:another' }), 'unknown_key'],
    ['a revoked key', (event) => event, knowing({ revokedAt: '2026-01-01T00:00:00.000Z' }), 'revoked_key'],
    [
      'changed data',
      (event) => ({ ...event, data: { ...event.data, tool: { name: 'other' } } }),
      knowing({}),
      'hash_mismatch',
    ],
    ['a changed attribute', (event) => ({ ...event, subject: 'other' }), knowing({}), 'bad_signature'],
  ])('%s', (_, change, stored, reason) => {
    const [event] = source.events(1) as [AuditEvent];
    expect(reasonOf(change(event), stored)).toBe(reason);
  });

  test('a source with a key may not send unsigned events', () => {
    const event = madeEvent({ source: source.source });
    expect(reasonOf(event, (facts) => void facts.sourceKids.set(source.source, [source.kid]))).toBe(
      'signature_missing',
    );
    expect(reasonOf(event)).toBeUndefined();
  });

  test("an emitter's own word for its signature is not believed", () => {
    const event = madeEvent({ data: { observation: { assertion: 'producer_signed' } } });
    expect(judge([canonicalJson(event)]).rows[0]?.assertion).toBe('reported');
  });
});
