import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  type ContextClaim,
  checkClaim,
  claimOfHeaders,
  claimOfMeta,
  claimTyp,
  contentOfMessage,
  contextMetaKey,
  headersOfClaim,
  kidOfClaim,
  signedClaim,
} from '@/lib/core/context/context-claim';
import { contextOf } from '@/lib/core/context/context-section';
import { toBase64url } from '@/lib/core/provenance/bytes';
import { detachedJws } from '@/lib/core/provenance/jws';
import { kidOf } from '@/lib/core/provenance/kid';
import { nodeCrypto, rawPublicKey, sha256, signerOf } from '@/lib/platform/crypto';

const { privateKey } = generateKeyPairSync('ed25519');
const publicKey = rawPublicKey(privateKey);
const kid = kidOf(sha256, publicKey);
const content = { bytes: 11, digest: 'ab'.repeat(32) };
const good: ContextClaim = {
  id: 'ctx:1',
  security_level: 'internal',
  encryption: 'tls',
  authentication: `EdDSA ${toBase64url(publicKey)}`,
  provenance_chain: `urn:mcp:src:t:tap:a;e1;7;${'0'.repeat(64)}`,
  length: '11',
  max_tokens: '4000',
};
const signed = (claim: ContextClaim, digest = content.digest): ContextClaim => ({
  ...claim,
  signature: detachedJws(kid, claimTyp, signedClaim(claim, digest), signerOf(privateKey)),
});

describe('a claim', () => {
  test('goes into headers and comes out the same, and fits its content', () => {
    const claim = signed(good);
    const pairs = headersOfClaim(claim);
    expect(pairs.map(([name]) => name)).toEqual([
      'Context-Id',
      'Security-Level',
      'Encryption',
      'Authentication',
      'Context-Signature',
      'Provenance-Chain',
      'Context-Length',
      'Max-Context-Tokens',
    ]);
    const read = claimOfHeaders(Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value])));
    expect(read).toEqual(claim);
    expect(checkClaim(claim, content, nodeCrypto)).toEqual([]);
    expect(kidOfClaim(claim, sha256)).toBe(kid);
  });

  test('numbers in _meta are numbers; a key that is no object is none', () => {
    expect(claimOfMeta({ [contextMetaKey]: { id: 'a', length: 3, max_tokens: '9', other: 'x' } })).toEqual({
      id: 'a',
      length: '3',
      max_tokens: '9',
    });
    expect(claimOfMeta({ [contextMetaKey]: 'a' })).toBeNull();
    expect(claimOfMeta({})).toBeNull();
  });

  test('is none where only names stand that others use too', () => {
    expect(claimOfHeaders({ encryption: 'x', authentication: 'y', 'content-type': 'z' })).toBeNull();
    expect(claimOfHeaders({ 'context-id': 'a' })).toEqual({ id: 'a' });
  });

  test.each<[string, Partial<ContextClaim>, string[]]>([
    ['an id with spaces', { id: 'a b' }, ['id_form']],
    ['a level of one’s own', { security_level: 'cosmic' }, ['security_level_form']],
    ['an unknown encryption', { encryption: 'rot13' }, ['encryption_form']],
    ['a bearer token', { authentication: 'Bearer abc' }, ['authentication_form']],
    ['a bare hash as chain', { provenance_chain: '0'.repeat(64) }, ['provenance_chain_form']],
    ['a length in words', { length: 'eleven' }, ['length_form']],
    ['another length', { length: '12' }, ['length_differs']],
    ['a number of tokens below zero', { max_tokens: '-1' }, ['max_tokens_form']],
  ])('%s is a mismatch', (_, change, expected) => {
    expect(checkClaim({ ...good, ...change }, content, nodeCrypto)).toEqual(expected);
  });

  test('a signature covers the content and every other member', () => {
    const claim = signed(good);
    expect(checkClaim(claim, { ...content, digest: 'cd'.repeat(32) }, nodeCrypto)).toEqual(['signature_does_not_hold']);
    for (const member of ['id', 'security_level', 'encryption', 'provenance_chain', 'max_tokens'] as const) {
      const { [member]: _, ...without } = claim;
      expect(checkClaim(without, content, nodeCrypto), member).toEqual(['signature_does_not_hold']);
    }
    const { authentication: _, ...keyless } = claim;
    expect(checkClaim(keyless, content, nodeCrypto)).toEqual(['signature_without_key']);
    expect(checkClaim({ ...claim, signature: 'a..b' }, content, nodeCrypto)).toEqual(['signature_does_not_hold']);
    // Of a stream that has no end yet nothing can be said.
    expect(checkClaim(claim, null, nodeCrypto)).toEqual([]);
  });
});

describe('data.context', () => {
  const tools = { sha256, crypto: nodeCrypto };
  const call = {
    mcp: { method: 'tools/call' },
    server: { id: 'stdio:files' },
    agent: { id: 'helper' },
    result: { bytes: 40 },
  };

  test('says what came into whose context, without any claim', () => {
    expect(contextOf(call, {}, {}, 'restricted', tools)).toEqual({
      action: 'inject',
      injected_by: 'stdio:files',
      bytes: 40,
      recipients: ['helper'],
      security_level: 'restricted',
    });
    const read = { ...call, mcp: { method: 'resources/read' }, resource: { uri: 'memo://a' } };
    expect(contextOf(read, {}, {}, undefined, tools)).toMatchObject({ action: 'access', source_uri: 'memo://a' });
    expect(contextOf({ ...call, mcp: { method: 'tools/list' } }, {}, {}, undefined, tools)).toBeUndefined();
    expect(contextOf({ ...call, error: { code: 1 } }, {}, {}, undefined, tools)).toBeUndefined();
  });

  test('keeps a sender’s level as claimed, and takes its own from policy alone', () => {
    const params = { name: 'x', _meta: { [contextMetaKey]: { id: 'c1', security_level: 'public', max_tokens: 100 } } };
    const context = contextOf(call, { message: params }, {}, 'confidential', tools);
    expect(context).toMatchObject({
      id: 'c1',
      security_level: 'confidential',
      max_tokens: 100,
      claimed: { sent: { security_level: 'public' } },
    });
    expect(context).not.toHaveProperty('mismatches');
  });

  test('measures a message without its _meta, and names what does not fit', () => {
    const params = { name: 'x', arguments: { a: 1 } };
    const { bytes } = contentOfMessage(params, sha256);
    const meta = (length: number) => ({ ...params, _meta: { [contextMetaKey]: { id: 'a', length } } });
    expect(contextOf(call, { message: meta(bytes) }, {}, undefined, tools)).not.toHaveProperty('mismatches');
    expect(contextOf(call, { message: meta(bytes + 1) }, {}, undefined, tools)?.mismatches).toEqual(['length_differs']);
    const header = { claim: { id: 'b' }, content: null };
    expect(contextOf(call, { message: meta(bytes), header }, {}, undefined, tools)?.mismatches).toEqual([
      'header_and_meta_differ',
    ]);
  });

  test('of a signature only says by which key, and whether it holds', () => {
    const context = contextOf(call, {}, { header: { claim: signed(good), content } }, undefined, tools);
    expect(context?.claimed?.given).toMatchObject({ kid, signed: true });
    expect(JSON.stringify(context)).not.toContain('EdDSA');
    expect(context).not.toHaveProperty('mismatches');
  });
});
