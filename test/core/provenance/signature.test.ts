import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { ED25519_TORSION_SUBGROUP } from '@noble/curves/ed25519.js';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { flattenedVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '@/lib/core/event/canonical';
import type { AuditEvent } from '@/lib/core/event/envelope';
import { fromBase64, toBase64, toBase64url, utf8 } from '@/lib/core/provenance/bytes';
import { chainHash, encodeCore } from '@/lib/core/provenance/core';
import { nobleCrypto } from '@/lib/core/provenance/crypto-noble';
import { encodeLeaf, formatSequence } from '@/lib/core/provenance/leaf';
import { SignatureVerifier, signBatch, signEvent } from '@/lib/core/provenance/signature';
import { nodeCrypto, rawPublicKey, sha256, signerOf } from '@/lib/platform/crypto';

const { privateKey, publicKey: publicKeyObject } = generateKeyPairSync('ed25519');
const publicKey = rawPublicKey(privateKey);
const sign = signerOf(privateKey);

function made(given: Partial<AuditEvent> = {}): AuditEvent & { sigkid: string } {
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: 'urn:mcp:src:test:tap:1',
    type: 'mcp.audit.rpc.tools_call.v1',
    time: '2026-11-21T12:00:00.000Z',
    dataschema: 'urn:mcp:audit:1',
    subject: 'server/\u00e9"tool"',
    chainepoch: 'e1',
    sequence: formatSequence(7n),
    datahash: 'ab'.repeat(32),
    sigkid: 'key-1',
    data: {},
    ...given,
  };
}

const signed = (event = made()): AuditEvent & { sigkid: string } => ({ ...event, sig: signEvent(event, sign) });
const signedBatch = (count: number) => {
  const events = Array.from({ length: count }, (_, i) => made({ sequence: formatSequence(BigInt(i)) }));
  const signatures = signBatch(sha256, events, sign);
  return events.map((event, i) => ({ ...event, ...signatures[i] }));
};

describe('canonical forms', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string());
  const maybe = fc.option(text, { nil: undefined });

  it('of a core is RFC 8785', () => {
    const core = fc.record({
      chainepoch: maybe,
      datahash: maybe,
      dataschema: fc.constant('urn:mcp:audit:1' as const),
      id: text,
      prevhash: maybe,
      sequence: maybe,
      sigkid: maybe,
      source: text,
      subject: maybe,
      time: text,
      type: text,
    });
    fc.assert(
      fc.property(core, (core) => {
        expect(encodeCore(core)).toBe(canonicalize(core));
        expect(encodeCore({ ...core, data: {}, sig: 'x', rawhash: 'y' } as never)).toBe(canonicalize(core));
      }),
      { numRuns: 500 },
    );
  });

  it('of a leaf is RFC 8785', () => {
    const leaf = fc.record({
      v: fc.constant(1 as const),
      id: fc.uuid(),
      source: text,
      epoch: maybe,
      kid: maybe,
      sequence: fc.option(fc.bigInt({ min: 0n, max: 2n ** 63n }).map(formatSequence), { nil: undefined }),
      event_hash: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex')),
      recorded_at: fc.date({ noInvalidDate: true, min: new Date(0) }).map((date) => date.toISOString()),
    });
    fc.assert(
      fc.property(leaf, (leaf) => {
        expect(encodeLeaf(leaf)).toBe(canonicalize(leaf));
        expect(encodeLeaf(leaf)).toBe(canonicalJson(leaf));
      }),
      { numRuns: 500 },
    );
  });

  it('refuses half a surrogate pair, which has none', () => {
    expect(() => encodeCore(made({ subject: '\ud800' }))).toThrow(TypeError);
  });
});

describe('the signature of one event', () => {
  it('holds in both adapters and in jose', async () => {
    const event = signed();
    for (const crypto of [nodeCrypto, nobleCrypto])
      expect(new SignatureVerifier(crypto).verify(event, publicKey)).toEqual({ ok: true });
    const [header = '', , signature = ''] = (event.sig as string).split('.');
    const { protectedHeader } = await flattenedVerify(
      { protected: header, payload: toBase64url(utf8(encodeCore(event))), signature },
      publicKeyObject,
    );
    expect(protectedHeader).toEqual({ alg: 'EdDSA', kid: 'key-1', typ: 'mcpaudit+jws' });
  });

  it('covers every member of the core', () => {
    const event = signed(made({ prevhash: 'cd'.repeat(32) }));
    const verifier = new SignatureVerifier(nodeCrypto);
    const members = [
      'id',
      'source',
      'type',
      'subject',
      'time',
      'dataschema',
      'chainepoch',
      'sequence',
      'prevhash',
      'datahash',
      'sigkid',
    ] as const;
    for (const member of members) {
      expect(verifier.verify({ ...event, [member]: `${event[member]}x` } as AuditEvent, publicKey).ok).toBe(false);
      expect(verifier.verify({ ...event, [member]: undefined } as unknown as AuditEvent, publicKey).ok).toBe(false);
    }
    expect(verifier.verify(event, rawPublicKey(generateKeyPairSync('ed25519').publicKey)).ok).toBe(false);
  });

  it('fails when any byte of it is flipped', () => {
    const event = signed();
    const sig = event.sig as string;
    fc.assert(
      fc.property(fc.nat(sig.length - 1), fc.integer({ min: 1, max: 127 }), (at, bits) => {
        const changed = sig.slice(0, at) + String.fromCharCode(sig.charCodeAt(at) ^ bits) + sig.slice(at + 1);
        expect(new SignatureVerifier(nodeCrypto).verify({ ...event, sig: changed }, publicKey).ok).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it.each<[string, string, RegExp]>([
    ['alg none', '{"alg":"none","kid":"key-1"}', /alg/],
    ['alg HS256', '{"alg":"HS256","kid":"key-1"}', /alg/],
    ['another kid', '{"alg":"EdDSA","kid":"key-2"}', /kid/],
    ['no kid', '{"alg":"EdDSA"}', /kid/],
    ['its own key', '{"alg":"EdDSA","kid":"key-1","jwk":{}}', /beyond/],
    ['crit', '{"alg":"EdDSA","kid":"key-1","b64":false,"crit":["b64"]}', /beyond/],
    ['another typ', '{"alg":"EdDSA","kid":"key-1","typ":"JWT"}', /typ/],
    ['a member twice', '{"alg":"none","alg":"EdDSA","kid":"key-1"}', /twice/],
    ['a list', '["EdDSA"]', /object/],
    ['no JSON', 'EdDSA', /JSON/],
  ])('is refused with %s in the header, though signed', (_, headerText, why) => {
    const event = made();
    const header = toBase64url(utf8(headerText));
    const signature = sign(utf8(`${header}.${toBase64url(utf8(encodeCore(event)))}`));
    const check = new SignatureVerifier(nodeCrypto).verify(
      { ...event, sig: `${header}..${toBase64url(signature)}` },
      publicKey,
    );
    expect(check).toEqual({ ok: false, detail: expect.stringMatching(why) });
  });

  it('is refused under a key of small order, which fits any message', () => {
    const event = made();
    const header = toBase64url(utf8('{"alg":"EdDSA","kid":"key-1"}'));
    const identity = new Uint8Array(32).fill(1, 0, 1);
    const forged = new Uint8Array(64);
    forged.set(identity);
    const weak = { ...event, sig: `${header}..${toBase64url(forged)}` };
    expect(nodeCrypto.verifyEd25519(identity, utf8('anything'), forged)).toBe(true);
    expect(new SignatureVerifier(nodeCrypto).verify(weak, identity)).toEqual({
      ok: false,
      detail: expect.stringMatching(/small order/),
    });
    for (const point of ED25519_TORSION_SUBGROUP) {
      expect(new SignatureVerifier(nodeCrypto).verify(weak, Buffer.from(point, 'hex')).ok).toBe(false);
    }
  });

  it('is refused where it would not cover the data', () => {
    const event = made({ datahash: undefined });
    const check = new SignatureVerifier(nodeCrypto).verify({ ...event, sig: signEvent(event, sign) }, publicKey);
    expect(check).toEqual({ ok: false, detail: expect.stringMatching(/datahash/) });
  });
});

describe('the signature of a batch', () => {
  it.each([1, 2, 3, 5, 8, 100, 257])(
    'holds for each of %i events, in any order, with one Ed25519 verification',
    (count) => {
      let verifications = 0;
      const counting = {
        ...nodeCrypto,
        verifyEd25519: (...given: Parameters<typeof nodeCrypto.verifyEd25519>) => {
          verifications++;
          return nodeCrypto.verifyEd25519(...given);
        },
      };
      const events = signedBatch(count);
      const verifier = new SignatureVerifier(counting);
      const order = events.map((_, i) => (i * 37) % count);
      for (const i of order) expect(verifier.verify(events[i] as AuditEvent, publicKey)).toEqual({ ok: true });
      for (const event of events) expect(verifier.verify(event, publicKey)).toEqual({ ok: true });
      expect(verifications).toBe(1);
    },
  );

  it('fails for a changed event or path, whatever was verified before', () => {
    const events = signedBatch(21);
    fc.assert(
      fc.property(
        fc.array(fc.nat(20), { maxLength: 8 }),
        fc.nat(20),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (before, which, at, bits) => {
          const verifier = new SignatureVerifier(nodeCrypto);
          for (const i of before) expect(verifier.verify(events[i] as AuditEvent, publicKey).ok).toBe(true);
          const event = events[which] as AuditEvent;
          const [size, index, encoded] = (event.sigpath as string).split(':') as [string, string, string];
          const path = (fromBase64(encoded) as Uint8Array).map((byte, i, all) =>
            i === at % all.length ? byte ^ bits : byte,
          );
          const wrong = [
            { ...event, subject: 'another' },
            { ...event, sigpath: `${size}:${index}:${toBase64(path)}` },
            { ...event, sigpath: `${size}:${index}:${toBase64(path.slice(32))}` },
            {
              ...event,
              sigpath: `${size}:${index}:${toBase64(new Uint8Array([...(fromBase64(encoded) as Uint8Array), ...path.slice(0, 32)]))}`,
            },
            { ...event, sigpath: `${size}:${(Number(index) + 1) % 21}:${encoded}` },
            { ...event, sigpath: `${Number(size) + 1}:${index}:${encoded}` },
            { ...event, sigpath: `0${size}:${index}:${encoded}` },
            { ...event, sigpath: '21:0' },
            { ...event, sigpath: undefined },
            { ...event, sigkid: 'key-2' },
          ];
          for (const one of wrong) expect(verifier.verify(one as AuditEvent, publicKey).ok).toBe(false);
          expect(verifier.verify(event, publicKey)).toEqual({ ok: true });
          expect(verifier.verify(event, rawPublicKey(generateKeyPairSync('ed25519').publicKey)).ok).toBe(false);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('forgets old batches, and verifies them again', () => {
    const verifier = new SignatureVerifier(nodeCrypto, 2);
    const batches = Array.from({ length: 5 }, () => signedBatch(3));
    for (const events of [...batches, ...batches])
      for (const event of events) expect(verifier.verify(event, publicKey).ok).toBe(true);
  });

  it('is not made of events of several keys, or of none', () => {
    expect(() => signBatch(sha256, [], sign)).toThrow(RangeError);
    expect(() => signBatch(sha256, [made(), made({ sigkid: 'key-2' }) as never], sign)).toThrow(RangeError);
  });
});

describe('chainHash', () => {
  it('is SHA-256 of the canonical core', () => {
    const event = made();
    expect(chainHash(sha256, event)).toBe(Buffer.from(sha256(encodeCore(event))).toString('hex'));
    expect(chainHash(nobleCrypto.sha256, event)).toBe(chainHash(sha256, event));
  });
});
