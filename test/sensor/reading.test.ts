import { describe, expect, test } from 'vitest';
import { canonicalJson } from '@/lib/core/event/canonical';
import { headerMismatch } from '@/lib/sensor/header-mismatch';
import { httpIdentity } from '@/lib/sensor/identity';
import { type Alteration, readJson, safeContent } from '@/lib/sensor/safe-content';
import { commandName, stdioServer } from '@/lib/sensor/server-identity';

describe('content of messages', () => {
  test.each<[string, string, Alteration | null]>([
    ['ordinary', '{"a":[1,"b",null,1.5]}', null],
    ['an integer beyond 2^53', '{"a":9007199254740993}', 'unsafe_number'],
    ['a number beyond all', '{"a":1e999}', 'unsafe_number'],
    ['half a surrogate pair', '{"a":"\\ud800"}', 'lone_surrogate'],
    ['half a pair in a name', '{"\\udfff":1}', 'lone_surrogate'],
    ['deep', `${'['.repeat(5000)}${']'.repeat(5000)}`, 'too_deep'],
    ['many', `[${'0,'.repeat(40_000)}0]`, 'too_many'],
  ])('%s has a canonical form', (_, json, alteration) => {
    const alterations = new Set<Alteration>();
    const safe = safeContent(readJson(Buffer.from(json))?.value, alterations);
    expect(() => canonicalJson(safe)).not.toThrow();
    expect([...alterations]).toEqual(alteration === null ? [] : [alteration]);
  });

  test.each([
    ['{"a":1,"a":2}', 'duplicate_key'],
    ['{"a":9007199254740993}', 'unsafe_integer'],
    ['{"a":1}', undefined],
  ])('%s is read, and what readers could disagree on is named', (json, irregular) => {
    expect(readJson(Buffer.from(json))).toMatchObject(irregular ? { irregular } : { value: { a: 1 } });
  });

  test('what is not JSON is nothing', () => expect(readJson(Buffer.from('hello'))).toBeNull());
});

describe('routing headers of 2026-07-28', () => {
  const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'café' } }));
  test.each([
    ['the same', { 'mcp-method': 'tools/call', 'mcp-name': '=?base64?Y2Fmw6k=?=' }, false],
    ['another method', { 'mcp-method': 'tools/list' }, true],
    ['another tool', { 'mcp-method': 'tools/call', 'mcp-name': 'harmless' }, true],
    ['none', {}, undefined],
  ])('%s', (_, headers, expected) => expect(headerMismatch(headers as Record<string, string>, body)).toBe(expected));
});

describe('who an HTTP request says it is', () => {
  const jwt = `e30.${Buffer.from('{"sub":"ada","iss":"https://id.example"}').toString('base64url')}.c2ln`;
  const fingerprint = (value: string) => `print of ${value.length}`;

  test('the subject of a token is a claim, and the token itself is not kept', () => {
    const identity = httpIdentity({ authorization: `Bearer ${jwt}` }, '10.0.0.1', { actor: 'operator' }, fingerprint);
    expect(identity.actor).toMatchObject({ id: 'ada', id_assurance: 'claimed', ip: '10.0.0.1', auth_method: 'bearer' });
    expect(identity.auth).toMatchObject({ subject: 'ada', token_id_hash: `print of ${jwt.length}` });
    expect(JSON.stringify(identity)).not.toContain(jwt);
  });

  test('what a token says of itself stands in the members that the envelope has for it', () => {
    const claims = {
      sub: 'ada',
      iss: 'https://id.example',
      azp: 'cli',
      aud: ['https://mcp.example', 7],
      scope: 'files:read files:write',
      cnf: { jkt: 'thumb' },
      exp: 1_800_000_000,
    };
    const token = `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;
    const { auth } = httpIdentity({ authorization: `DPoP ${token}` }, '::1', {}, fingerprint);
    expect(auth).toEqual({
      event: 'used',
      token_type: 'dpop',
      token_id_hash: expect.any(String),
      issuer: 'https://id.example',
      subject: 'ada',
      client_id: 'cli',
      audience: 'https://mcp.example',
      scopes_granted: ['files:read', 'files:write'],
      cnf_thumbprint: 'thumb',
      expires_at: '2027-01-15T08:00:00.000Z',
    });
  });

  test.each([{ exp: 1e300 }, { exp: -1 }, { aud: {} }, { scope: '' }, { scp: [null] }, { cnf: 'x' }, { iss: 7 }])(
    'a claim that is none is left out: %j',
    (claims) => {
      const token = `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;
      const { auth } = httpIdentity({ authorization: `Basic ${token}` }, '::1', {}, fingerprint);
      expect(auth).toEqual({ event: 'used', token_id_hash: expect.any(String) });
    },
  );

  test.each(['Bearer opaque', 'Basic YTpi', 'nonsense', ''])(
    '%j does not hide the operator’s word',
    (authorization) => {
      expect(httpIdentity({ authorization }, '::1', { actor: 'operator' }, fingerprint).actor?.id).toBe('operator');
    },
  );
});

describe('name of a stdio server', () => {
  test.each([
    [['npx', '-y', '@modelcontextprotocol/server-memory@1.2.3'], 'server-memory'],
    [['node', '/opt/x/server-files/dist/index.js', '/data'], 'server-files'],
    [['node', '--import', 'tsx', 'src/notes-server.ts'], 'notes-server'],
    [['docker', 'run', '-i', '--rm', 'mcp/github'], 'github'],
    [['uvx', 'mcp-server-git'], 'mcp-server-git'],
    [['/usr/bin/my-server', '--stdio'], 'my-server'],
  ])('%j is %s', ([command = '', ...args], name) => expect(commandName(command, args)).toBe(name));

  test('the same command is the same server, other arguments are another', () => {
    expect(stdioServer('npx', ['a'])).toEqual(stdioServer('npx', ['a']));
    expect(stdioServer('npx', ['a']).id).not.toBe(stdioServer('npx', ['b']).id);
  });
});
