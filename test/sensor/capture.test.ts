import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '@/lib/core/event/canonical';
import { nodeCrypto, sha256 } from '@/lib/platform/crypto';
import { createCapture } from '@/lib/sensor/capture';
import type { Draft } from '@/lib/sensor/chain-writer';
import type { Frame } from '@/lib/sensor/frame';
import { captureHttp } from '@/lib/sensor/http-capture';
import { captureStdio } from '@/lib/sensor/stdio-capture';

function capturing(transport: 'stdio' | 'streamable_http') {
  const drafts: Draft[] = [];
  const capture = createCapture({
    tenant: 't',
    transport,
    vantage: 'sidecar',
    server: { id: 's' },
    sha256: (data) => hash('sha256', data),
    context: { sha256, crypto: nodeCrypto, level: undefined },
    emit: (draft) => drafts.push(draft),
  });
  return { drafts, capture };
}

describe('a list of tools that has no canonical form', () => {
  test.each([
    ['half a surrogate pair', '"a \\ud800 b"', 'a \ufffd b', 'lone_surrogate'],
    ['a number beyond all', '1e999', 'Infinity', 'unsafe_integer'],
  ])('is captured all the same: %s', (_, json, shown, irregular) => {
    const { drafts, capture } = capturing('stdio');
    const take = captureStdio(capture, { actor: { id: 'ada' } });
    const say = (direction: 'to_server' | 'to_client', line: string) =>
      take({ kind: 'bytes', direction, at: 1, bytes: Buffer.from(`${line}\n`) });
    say('to_server', '{"jsonrpc":"2.0","id":1,"method":"tools/list"}');
    say('to_client', `{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a","x":${json}}]}}`);
    expect(drafts.map(({ type }) => type)).toEqual(['mcp.audit.rpc.tools_list.v1']);
    expect(drafts[0]?.data).toMatchObject({
      tools_list: { tools: [{ name: 'a', x: shown, definition_hash: expect.any(String) }], added: ['a'] },
      ext: { tap: { irregular: [irregular] } },
    });
    expect(() => canonicalJson(drafts[0]?.data)).not.toThrow();
  });
});

test('a refusal says what the server asks for', () => {
  const { drafts, capture } = capturing('streamable_http');
  const take = captureHttp(capture, () => ({ actor: { type: 'anonymous' } }));
  const challenge =
    'Bearer error="insufficient_scope", scope="files:read files:write", resource_metadata="https://s.example/.well-known"';
  const frames: Frame[] = [
    { kind: 'http_request', exchange: 1, at: 1, method: 'POST', path: '/mcp', headers: {}, ip: '::1' },
    { kind: 'http_end', exchange: 1, direction: 'to_server', at: 1, complete: true },
    { kind: 'http_response', exchange: 1, at: 2, status: 403, headers: { 'www-authenticate': challenge } },
    { kind: 'http_end', exchange: 1, direction: 'to_client', at: 2, complete: true },
  ];
  for (const frame of frames) take(frame);
  expect(drafts).toHaveLength(1);
  expect(drafts[0]).toMatchObject({
    type: 'mcp.audit.auth.refused.v1',
    data: {
      auth: {
        event: 'refused',
        http_status: 403,
        www_authenticate: challenge,
        reason: 'insufficient_scope',
        scopes_requested: ['files:read', 'files:write'],
      },
    },
  });
});
