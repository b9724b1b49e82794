import { generateKeyPairSync, hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '@/lib/core/event/canonical';
import { decodeJson } from '@/lib/core/event/decode';
import type { AuditEvent, EventData } from '@/lib/core/event/envelope';
import { validateEvent } from '@/lib/core/event/validate';
import { chainHash } from '@/lib/core/provenance/core';
import { SignatureVerifier } from '@/lib/core/provenance/signature';
import { openDisclosures } from '@/lib/core/redaction/disclosures';
import { hmacSha256, nodeCrypto, rawPublicKey, sha256 } from '@/lib/platform/crypto';
import { createChainWriter } from '@/lib/sensor/chain-writer';

const { privateKey } = generateKeyPairSync('ed25519');
const writer = (previous?: string) =>
  createChainWriter({
    source: 'urn:mcp:src:t:tap:i',
    epoch: 'e1',
    kid: 'k',
    privateKey,
    previous,
  });
const draft = (data: EventData = {}) => ({ type: 'mcp.audit.rpc.tools_call.v1', at: 1_790_000_000_000.5, data });
const parse = (lines: string[]) => lines.map((line) => JSON.parse(line) as AuditEvent);

describe('chain writer', () => {
  test('its lines are canonical, valid, linked and signed, one by one and in batches', () => {
    const chain = writer('0'.repeat(64));
    const lines = [...chain.seal([draft()]), ...chain.seal([draft(), draft(), draft()])];
    const verifier = new SignatureVerifier(nodeCrypto);
    let previous = '0'.repeat(64);
    for (const [n, event] of parse(lines).entries()) {
      const decoded = decodeJson(Buffer.from(lines[n] as string));
      expect(decoded.ok && decoded.value.canonical).toBeTruthy();
      expect(validateEvent(event).ok).toBe(true);
      expect(event).toMatchObject({ sequence: String(n).padStart(20, '0'), prevhash: previous });
      expect(event.datahash).toBe(hash('sha256', canonicalJson(event.data)));
      expect(verifier.verify(event, rawPublicKey(privateKey))).toEqual({ ok: true });
      expect(verifier.verify({ ...event, time: '2026-01-01T00:00:00.000Z' }, rawPublicKey(privateKey)).ok).toBe(false);
      previous = chainHash(sha256, event);
    }
  });

  test('the very first event has no predecessor', () => {
    expect(parse(writer().seal([draft()]))[0]).not.toHaveProperty('prevhash');
  });

  test('what could not be kept leaves no gap', () => {
    const chain = writer();
    chain.seal([draft()]);
    chain.seal([draft(), draft()]);
    chain.undo();
    expect(chain.sequence()).toBe(1);
    expect(parse(chain.seal([draft()]))[0]?.sequence).toBe('1'.padStart(20, '0'));
  });

  test('who acts and secrets are committed before anything is signed; what opens them travels beside it', () => {
    const key = `AKIA${'QWERTYUIOPASDFGH'}`;
    const actor = { type: 'user' as const, id: 'ada@example.org', ip: '10.0.0.1' };
    const lines = writer().seal([
      draft({ actor, request: { arguments: { text: `use ${key}`, on_behalf_of: 'ada@example.org' } } }),
      draft({ actor, result: { content: [{ type: 'text', text: key }] } }),
    ]);
    const events = parse(lines);
    for (const event of events) {
      const { disclosures = '', ...signed } = event;
      for (const value of [key, 'ada@', '10.0.0.1']) expect(canonicalJson(signed)).not.toContain(value);
      const opened = openDisclosures(event, disclosures, hmacSha256);
      expect(opened).toMatchObject({ ok: true });
      const values = opened.ok ? opened.value.map(({ kind, value }) => [kind, value]) : [];
      expect(values).toEqual(
        expect.arrayContaining([
          ['person', 'ada@example.org'],
          ['ip_address', '10.0.0.1'],
          ['aws_access_key', key],
        ]),
      );
      expect(values.map(([, value]) => value).filter((value) => value === 'ada@example.org')).toHaveLength(
        event === events[0] ? 2 : 1,
      );
    }
    const markers = lines.join().match(/\[redacted:aws_access_key:[\w-]{43}\]/g);
    expect(new Set(markers).size).toBe(2);
  });

  test('of what was cut away nothing is disclosed, and the rest still opens', () => {
    const text = Array.from({ length: 40_000 }, (_, i) => `person${i}@example.org`).join('\n');
    const [line = ''] = writer().seal([draft({ actor: { id: 'ada' }, result: { content: [{ type: 'text', text }] } })]);
    expect(Buffer.byteLength(line)).toBeLessThan(1 << 20);
    const [event] = parse([line]) as [AuditEvent];
    expect(openDisclosures(event, event.disclosures ?? '', hmacSha256)).toMatchObject({
      ok: true,
      value: [{ kind: 'person', value: 'ada' }],
    });
  });

  test('content beyond the bound is cut in the middle and says so; the event stays within what is taken', () => {
    const text = `begin${'x'.repeat(5 << 20)}end`;
    const [line = ''] = writer().seal([draft({ result: { content: [{ type: 'text', text }], bytes: text.length } })]);
    expect(Buffer.byteLength(line)).toBeLessThan(1 << 20);
    const [event] = parse([line]);
    expect(event?.data.result).toMatchObject({ truncated: true, bytes: text.length });
    const { text: kept } = (event?.data.result?.content ?? [])[0] as { text: string };
    expect(kept.startsWith('begin')).toBe(true);
    expect(kept.endsWith('end')).toBe(true);
  });
});
