import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AuditEvent, eventTypes } from '@/lib/core/event/envelope';
import type { JsonObject } from '@/lib/core/event/json';
import { validateEvent } from '@/lib/core/event/validate';
import { describe as describeExchange, newConnection } from '@/lib/core/mcp/describe';
import type { Answer } from '@/lib/core/mcp/message';
import { eventTypeOf } from '@/lib/core/mcp/methods';
import type { Circumstance } from '@/lib/core/mcp/pairing';
import { safeContent } from '@/lib/sensor/safe-content';

const sha256 = (data: string | Uint8Array) => hash('sha256', data);
const sent: Circumstance = { scope: 's', direction: 'to_server', at: 0, bytes: 1 };

const say = (method: string, params: JsonObject, answer?: Answer, connection = newConnection()) =>
  describeExchange(
    {
      method,
      params,
      id: 1,
      sent,
      ...(answer ? { answer, answered: { ...sent, direction: 'to_client' as const } } : {}),
    },
    connection,
    sha256,
  );

describe('what an exchange was', () => {
  test.each([
    ['tools/call', 'rpc.tools_call'],
    ['resources/templates/list', 'rpc.resources_list'],
    ['tasks/result', 'rpc.task'],
    ['subscriptions/listen', 'rpc.subscription'],
    ['server/discover', 'lifecycle.discover'],
    ['notifications/tools/list_changed', 'lifecycle.list_changed'],
    ['notifications/progress', 'rpc.notification'],
    ['no/such', 'rpc.unknown'],
    ['constructor', 'rpc.unknown'],
  ])('%s is %s', (method, type) => {
    expect(eventTypeOf(method)).toBe(type);
    expect(eventTypes).toContain(type);
    expect(say(method, {}).type).toBe(`mcp.audit.${type}.v1`);
  });

  test('the handshake of 2025-11-25 says who is there for all that follows', () => {
    const connection = newConnection();
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: { roots: {} },
      clientInfo: { name: 'c', version: '1' },
    };
    const result = {
      protocolVersion: '2025-06-18',
      capabilities: { tools: {} },
      serverInfo: { name: 's', version: '2' },
    };
    const { data } = say('initialize', params, { result }, connection);
    expect(data.lifecycle).toMatchObject({ requested_version: '2025-11-25', negotiated_version: '2025-06-18' });
    expect(data.client).toEqual({ name: 'c', version: '1', capabilities: { roots: {} }, assurance: 'claimed' });
    const after = say('ping', {}, { result: {} }, connection).data;
    expect(after.mcp?.protocol_version).toBe('2025-06-18');
    expect(after.server).toEqual({ name: 's', version: '2', assurance: 'claimed' });
  });

  test('since 2026-07-28 each message says it', () => {
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'c', version: '3' },
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    };
    const said = say(
      'tools/call',
      { name: 't', _meta: meta },
      {
        result: { content: [], resultType: 'complete', _meta: { 'io.modelcontextprotocol/serverInfo': { name: 's' } } },
      },
    );
    expect(said.traceparent).toBe(meta.traceparent);
    expect(said.data.client?.name).toBe('c');
    expect(said.data.server?.name).toBe('s');
    expect(said.data.mcp).toMatchObject({ protocol_version: '2026-07-28', result_type: 'complete' });
  });

  test('a call carries the definition in force, and a changed list says what changed', () => {
    const connection = newConnection();
    const listing = (...tools: JsonObject[]) =>
      say('tools/list', {}, { result: { tools } }, connection).data.tools_list;
    const first = listing({ name: 'a', description: 'x' }, { name: 'b' });
    expect(first).toMatchObject({ complete: true, added: ['a', 'b'], changed: [], removed: [] });
    const call = say('tools/call', { name: 'a', arguments: { n: 1 } }, undefined, connection);
    expect(call.data.tool?.definition_hash).toBe(first?.tools?.[0]?.definition_hash);
    expect(call.subject).toBe('a');
    expect(listing({ name: 'a', description: 'y' })).toMatchObject({ added: [], changed: ['a'], removed: ['b'] });
  });

  test('pages are one list, and only the last one tells what was removed', () => {
    const connection = newConnection();
    const page = (params: JsonObject, result: JsonObject) =>
      say('tools/list', params, { result }, connection).data.tools_list;
    page({}, { tools: [{ name: 'a' }, { name: 'gone' }] });
    expect(page({}, { tools: [{ name: 'a' }], nextCursor: '2' })).toMatchObject({ complete: false, removed: [] });
    expect(page({ cursor: '2' }, { tools: [{ name: 'c' }] })).toMatchObject({ added: ['c'], removed: ['gone'] });
  });

  test.each([
    ['an error', { error: { code: -32602, message: 'no' } }, { status: 'failure', reason_code: '-32602' }],
    ['a tool error', { result: { content: [], isError: true } }, { status: 'failure', reason_code: 'tool_error' }],
    ['a result', { result: { content: [] } }, { status: 'success' }],
    ['nothing', undefined, { status: 'unknown', reason_code: 'open' }],
  ])('%s', (_, answer, outcome) => {
    expect(say('tools/call', { name: 't' }, answer as Answer | undefined).data.outcome).toEqual(outcome);
  });

  test('what a person typed into a form is not kept', () => {
    const { data } = say(
      'elicitation/create',
      { message: 'Your name?' },
      {
        result: { action: 'accept', content: { name: 'Ada' } },
      },
    );
    expect(data.elicitation).toMatchObject({ mode: 'form', action: 'accept', fields: ['name'] });
    expect(JSON.stringify(data)).not.toContain('Ada');
  });

  test('whatever is sent becomes a valid event', () => {
    const methods = [
      'tools/call',
      'tools/list',
      'initialize',
      'server/discover',
      'resources/read',
      'prompts/get',
      'sampling/createMessage',
      'elicitation/create',
      'x'.repeat(900),
      '__proto__',
      'notifications/cancelled',
      'notifications/elicitation/complete',
      'resources/subscribe',
      'tasks/result',
    ];
    const keys = fc.constantFrom(
      'name',
      'tools',
      'uri',
      '_meta',
      'clientInfo',
      'serverInfo',
      'content',
      'isError',
      'cursor',
      'nextCursor',
      'description',
      'title',
      'definition_hash',
      'protocolVersion',
      'ttlMs',
      'action',
      'url',
      'messages',
      'io.modelcontextprotocol/clientInfo',
      'taskId',
      'resultType',
      'requestedSchema',
      'properties',
      'elicitationId',
      'mode',
      'maxTokens',
      'includeContext',
      'model',
      'role',
      'inputRequests',
      'inputResponses',
      'method',
      'params',
    );
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: 'binary', maxLength: 700 }),
        fc.double(),
        fc.constantFrom(null, true, 2 ** 60, '\ud800'),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(keys, tie('tree'), { maxKeys: 5 }),
      ),
    }));
    const params = fc.dictionary(keys, tree, { maxKeys: 5 }) as fc.Arbitrary<JsonObject>;
    fc.assert(
      fc.property(fc.constantFrom(...methods), params, params, fc.boolean(), (method, input, output, answered) => {
        // As the sensor does with what has no canonical form.
        const safe = (value: JsonObject) => safeContent(value, new Set());
        const said = say(method, safe(input), answered ? { result: safe(output) } : undefined);
        const event: AuditEvent = safeContent(
          {
            specversion: '1.0',
            id: '01890000-0000-7000-8000-000000000000',
            source: 'urn:mcp:src:t:tap:i',
            time: '2026-01-01T00:00:00.000Z',
            dataschema: 'urn:mcp:audit:1',
            ...said,
          },
          new Set(),
        );
        const checked = validateEvent(event);
        expect(checked.ok ? '' : checked.refusal.detail).toBe('');
      }),
      { numRuns: 400 },
    );
  });
});
