import { generateKeyPairSync } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyRegistry, type RegistryEntry, speaksFor } from '@/lib/core/provenance/key-registry';
import { type SignedRotation, signRotation } from '@/lib/core/provenance/key-rotation';
import { kidOf } from '@/lib/core/provenance/kid';
import { nodeCrypto, rawPublicKey, sha256, signerOf } from '@/lib/platform/crypto';

const source = 'urn:mcp:src:test:tap:1';
const newKey = () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicKey = rawPublicKey(privateKey);
  return { publicKey, sign: signerOf(privateKey), kid: kidOf(sha256, publicKey) };
};
type Key = ReturnType<typeof newKey>;
const [first, second, other] = [newKey(), newKey(), newKey()];
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();

/** Entries of the console's log, each linked to the key entry before it. */
function history(...steps: { index: number; action: string; kid?: string; after: object }[]): RegistryEntry[] {
  let before = 0;
  return steps.map(({ index, action, kid, after }) => {
    const body = {
      id: `entry-${index}`,
      time: at(index),
      actor: 'ann@example.org',
      role: 'admin',
      action: `source_key.${action}`,
      target: kid === undefined ? `source:${source}` : `source_key:${kid}`,
      detail: { before: { registry: before }, after: { source, ...after } },
    };
    before = index + 1;
    return { index, body };
  });
}
const enroll = (index: number, key: Key, more = {}) => ({
  index,
  action: 'enroll',
  kid: key.kid,
  after: { public_key: Buffer.from(key.publicKey).toString('base64'), ...more },
});
const rotation = (from: Key, to: Key, of = source): SignedRotation =>
  signRotation(
    { source: of, oldKid: from.kid, newKid: to.kid, newPublicKey: to.publicKey, issuedAt: at(0) },
    from.sign,
    to.sign,
  );
const rotate = (index: number, from: Key, to: Key, signed = rotation(from, to)) => ({
  index,
  action: 'rotate',
  kid: from.kid,
  after: { rotation: signed },
});
const revoke = (index: number, key: Key, compromised_since?: string) => ({
  index,
  action: 'revoke',
  kid: key.kid,
  after: { ...(compromised_since && { compromised_since }) },
});
const registryOf = (...steps: Parameters<typeof history>) => new KeyRegistry(nodeCrypto, history(...steps));
const standing = (registry: KeyRegistry, key: Key, position: number, provedAt: string | null = null, of = source) =>
  registry.standing({
    kid: key.kid,
    source: of,
    position,
    publicKey: key.publicKey,
    provedAt: provedAt === null ? null : Date.parse(provedAt),
  });

describe('what the registry says of a key', () => {
  it('is decided by the place in the log: from the entry that adds it to the one that takes it out of force', () => {
    const registry = registryOf(enroll(3, first), enroll(7, second), revoke(20, first));
    expect(registry.problems).toEqual([]);
    expect([registry.size, registry.wholeTo]).toEqual([21, 21]);
    expect([3, 4, 20, 21, 500].map((position) => standing(registry, first, position))).toEqual([
      'not_added_yet',
      'valid',
      'valid',
      'revoked',
      'revoked',
    ]);
    expect(standing(registry, second, 500)).toBe('valid');
    expect(standing(registry, other, 500)).toBe('unknown');
    expect(standing(registry, second, 500, null, 'urn:other')).toBe('other_source');
    expect(
      registry.standing({ kid: second.kid, source, position: 9, publicKey: first.publicKey, provedAt: null }),
    ).toBe('other_key');
  });

  it('of a compromised key holds for what others dated before', () => {
    const registry = registryOf(enroll(0, first), revoke(50, first, at(30)));
    expect(standing(registry, first, 1)).toBe('compromised');
    expect(standing(registry, first, 1, at(29))).toBe('proved_before_compromise');
    expect(standing(registry, first, 1, at(30))).toBe('compromised');
    expect(standing(registry, first, 51, at(29))).toBe('revoked');
    expect(
      ['valid', 'proved_before_compromise', 'compromised', 'revoked'].map((one) => speaksFor(one as never)),
    ).toEqual([true, true, false, false]);
  });

  it('counts a rotation that both keys signed', () => {
    const registry = registryOf(enroll(0, first), rotate(5, first, second));
    expect(registry.problems).toEqual([]);
    expect(registry.keys.get(first.kid)?.replacedBy).toEqual({ kid: second.kid, index: 5 });
    expect([5, 6].map((position) => standing(registry, second, position))).toEqual(['not_added_yet', 'valid']);
    expect(standing(registry, first, 6)).toBe('valid');
  });

  it('does not count one that either key did not sign, or that says something else', () => {
    const good = rotation(first, second);
    const cases: [SignedRotation | object, RegExp][] = [
      [{ ...good, old_signature: rotation(other, second).old_signature }, /old key's signature/],
      [{ ...good, new_signature: good.old_signature }, /new key's signature/],
      [{ ...good, old_signature: undefined }, /no rotation that can be read/],
      [
        { ...good, statement: { ...good.statement, issued_at: at(9) } },
        /old key's signature: the signature does not fit/,
      ],
      [{ ...good, statement: { ...good.statement, more: 'x' } }, /no rotation that can be read/],
      [{ ...good, statement: { ...good.statement, source: 'urn:b' } }, /another source/],
      [rotation(first, second, 'urn:b'), /another source/],
      [rotation(other, second), /replaces another key/],
      [rotation(first, first), /the new key is the old one/],
      [{ ...good, statement: { ...good.statement, issued_at: '\ud800' } }, /no canonical form/],
    ];
    for (const [signed, words] of cases) {
      const registry = registryOf(enroll(0, first), rotate(5, first, second, signed as SignedRotation));
      expect(registry.problems).toHaveLength(1);
      expect(registry.problems[0]).toMatch(words);
      expect(standing(registry, second, 9)).toBe('unknown');
    }
  });

  it('a key that was put in its place by who held a compromised one is compromised too', () => {
    const registry = registryOf(enroll(0, first), rotate(40, first, second), revoke(50, first, at(30)));
    expect(standing(registry, second, 45)).toBe('compromised');
    const before = registryOf(enroll(0, first), rotate(20, first, second), revoke(50, first, at(30)));
    expect(standing(before, second, 45)).toBe('valid');
  });

  it('that it was compromised can come out after it was taken out of force', () => {
    const steps = [enroll(0, first), revoke(5, first), revoke(9, first, at(3)), revoke(11, first, at(4))];
    const registry = registryOf(...steps);
    expect(registry.problems).toEqual([]);
    expect(standing(registry, first, 4)).toBe('compromised');
    expect(standing(registry, first, 4, at(2))).toBe('proved_before_compromise');
    expect(standing(registry, first, 4, at(3))).toBe('compromised');
    expect(registryOf(enroll(0, first), revoke(5, first), revoke(6, first)).problems).toEqual([
      `entry 6: the key ${first.kid} was out of force already`,
    ]);
  });
});

describe('a history', () => {
  const whole = history(enroll(2, first), rotate(9, first, second), revoke(12, first), {
    index: 30,
    action: 'release',
    after: {},
  });

  it('that lacks any entry but the newest shows it', () => {
    for (let missing = 0; missing < whole.length - 1; missing++) {
      const { problems, wholeTo, size } = new KeyRegistry(nodeCrypto, whole.toSpliced(missing, 1));
      expect(problems.join()).toMatch(/is missing/);
      expect(wholeTo).toBe(missing === 0 ? 0 : (whole[missing - 1] as RegistryEntry).index + 1);
      expect(size).toBe(31);
    }
    expect(new KeyRegistry(nodeCrypto, whole.slice(0, -1)).size).toBe(13);
  });

  it('is the same in any order, and shows what is there twice', () => {
    const { keys, problems } = new KeyRegistry(nodeCrypto, [...whole].reverse());
    expect(problems).toEqual([]);
    expect([...keys.keys()]).toEqual([first.kid, second.kid]);
    expect(new KeyRegistry(nodeCrypto, [...whole, whole[1] as RegistryEntry]).problems).toEqual([
      'entry 9: it is here twice',
    ]);
  });

  it('names what is no key entry, and never throws', () => {
    const body = (whole[0] as RegistryEntry).body as Record<string, unknown>;
    const wrong: [unknown, RegExp][] = [
      [null, /no key entry/],
      [{ ...body, action: 'source_key.forget' }, /no key entry/],
      [{ ...body, action: 'toString' }, /no key entry/],
      [{ ...body, detail: {} }, /no key entry/],
      [{ ...body, target: 'server:x' }, /names no key/],
      [{ ...body, detail: { before: { registry: 0 }, after: {} } }, /names no source/],
      [
        { ...body, detail: { before: { registry: 0 }, after: { source, public_key: 'AA==' } } },
        /no key that its source may have/,
      ],
      [{ ...body, action: 'source_key.revoke' }, /there was no key/],
    ];
    for (const [entry, words] of wrong) {
      expect(new KeyRegistry(nodeCrypto, [{ index: 2, body: entry }]).problems.join()).toMatch(words);
    }
    fc.assert(
      fc.property(fc.array(fc.record({ index: fc.nat(9), body: fc.jsonValue() })), (entries) => {
        expect(new KeyRegistry(nodeCrypto, entries).keys.size).toBe(0);
      }),
    );
  });
});
