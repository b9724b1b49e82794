import { hash } from 'node:crypto';
import {
  CancelTaskRequestSchema,
  CreateMessageRequestSchema,
  CreateMessageResultSchema,
  CreateTaskResultSchema,
  ElicitationCompleteNotificationSchema,
  ElicitRequestSchema,
  ElicitResultSchema,
  GetTaskPayloadRequestSchema,
  GetTaskRequestSchema,
  GetTaskResultSchema,
  SubscribeRequestSchema,
  TaskStatusNotificationSchema,
  UrlElicitationRequiredError,
} from '@modelcontextprotocol/sdk/types.js';
import { inputRequired } from '@modelcontextprotocol/server';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '@/lib/core/event/canonical';
import type { AuditEvent } from '@/lib/core/event/envelope';
import type { Json, JsonObject } from '@/lib/core/event/json';
import { validateEvent } from '@/lib/core/event/validate';
import { describe as describeExchange, newConnection } from '@/lib/core/mcp/describe';
import { type Answer, readMessage } from '@/lib/core/mcp/message';
import type { Circumstance } from '@/lib/core/mcp/pairing';

const sha256 = (data: string | Uint8Array) => hash('sha256', data);
const sent: Circumstance = { scope: 's', direction: 'to_client', at: 0, bytes: 1 };

/** The event of a message, which the schema of the SDK has taken as its own, and of its answer. */
function say(request: unknown, answer?: Answer) {
  const message = readMessage({ jsonrpc: '2.0', id: 1, ...(request as object) });
  if (message.kind !== 'request') throw new Error('no request');
  const { method, params } = message;
  const id = method.startsWith('notifications/') ? {} : { id: 1 };
  const said = describeExchange(
    { method, params, sent, ...id, ...(answer ? { answer, answered: { ...sent, direction: 'to_server' } } : {}) },
    newConnection(),
    sha256,
  );
  const event: AuditEvent = {
    specversion: '1.0',
    id: '01890000-0000-7000-8000-000000000000',
    source: 'urn:mcp:src:t:tap:i',
    time: '2026-01-01T00:00:00.000Z',
    dataschema: 'urn:mcp:audit:1',
    ...said,
  };
  const checked = validateEvent(event);
  expect(checked.ok ? '' : checked.refusal.detail).toBe('');
  return event;
}
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as JsonObject;
const answer = (result: unknown): Answer => ({ result: plain(result) });

const requestedSchema = {
  type: 'object' as const,
  properties: { city: { type: 'string' as const }, api_key: { type: 'string' as const } },
};
const form = ElicitRequestSchema.parse({
  method: 'elicitation/create',
  params: { mode: 'form', message: 'Where?', requestedSchema },
});
const visit = ElicitRequestSchema.parse({
  method: 'elicitation/create',
  params: { mode: 'url', message: 'Sign in', elicitationId: 'e1', url: 'https://id.example:8443/go?x=1' },
});
const typed = ElicitResultSchema.parse({ action: 'accept', content: { city: 'Ulm', api_key: 'k' } });
const sample = CreateMessageRequestSchema.parse({
  method: 'sampling/createMessage',
  params: {
    messages: [{ role: 'user', content: { type: 'text', text: 'Weather?' } }],
    modelPreferences: { hints: [{ name: 'small' }], costPriority: 0.5 },
    systemPrompt: 'Be brief.',
    includeContext: 'thisServer',
    maxTokens: 100,
    tools: [{ name: 'get_weather', inputSchema: { type: 'object' } }],
  },
});
const sampled = CreateMessageResultSchema.parse({
  model: 'm-1',
  stopReason: 'endTurn',
  role: 'assistant',
  content: { type: 'text', text: 'Rain.' },
});
const task = {
  taskId: 't1',
  status: 'working',
  createdAt: '2026-01-01T00:00:00Z',
  lastUpdatedAt: '2026-01-01T00:00:00Z',
  ttl: 60_000,
};

describe('sampling', () => {
  test('what is asked and what the model answered', () => {
    const { type, data } = say(sample, answer(sampled));
    expect(type).toBe('mcp.audit.rpc.sampling.v1');
    expect(data.sampling).toEqual({
      model_preferences: { hints: [{ name: 'small' }], costPriority: 0.5 },
      max_tokens: 100,
      include_context: 'thisServer',
      tools: ['get_weather'],
      response: { model: 'm-1', stop_reason: 'endTurn' },
    });
    expect(data.result?.value).toMatchObject({ content: { text: 'Rain.' } });
  });

  test.each([1.5, -1, '100', 2 ** 60])('a limit of %j tokens is not taken over', (maxTokens) => {
    const { sampling } = say({ method: 'sampling/createMessage', params: { messages: [], maxTokens } }).data;
    expect(sampling).toEqual({});
  });
});

describe('elicitation', () => {
  test('a form: what is asked, which of it is secret by its name; of what was typed only the names', () => {
    const { type, data } = say(form, answer(typed));
    expect(type).toBe('mcp.audit.rpc.elicitation.v1');
    expect(data.elicitation).toEqual({
      mode: 'form',
      message: 'Where?',
      schema_hash: sha256(canonicalJson(requestedSchema)),
      sensitive_fields: ['api_key'],
      action: 'accept',
      fields: ['city', 'api_key'],
    });
    expect(JSON.stringify(data)).not.toContain('Ulm');
  });

  test('a visit to a URL, and its completion', () => {
    expect(say(visit, answer({ action: 'decline' })).data.elicitation).toEqual({
      mode: 'url',
      id: 'e1',
      message: 'Sign in',
      url_host: 'id.example:8443',
      action: 'decline',
    });
    const complete = ElicitationCompleteNotificationSchema.parse({
      method: 'notifications/elicitation/complete',
      params: { elicitationId: 'e1' },
    });
    expect(say(complete).data.elicitation).toEqual({ mode: 'url', id: 'e1' });
  });

  test('an action that the protocol does not know stands in the result only', () => {
    const { data } = say(form, answer({ action: 'shrug' }));
    expect(data.elicitation).not.toHaveProperty('action');
    expect(data.result?.value).toEqual({ action: 'shrug' });
  });

  test('a call that fails because a URL must be visited first says which', () => {
    const { code, message, data } = new UrlElicitationRequiredError([visit.params as never]);
    const call = { method: 'tools/call', params: { name: 't' } };
    const event = say(call, { error: { code, message, data: plain(data) } });
    expect(event.data.elicitation).toMatchObject({ mode: 'url', id: 'e1', url_host: 'id.example:8443' });
    expect(event.data.outcome).toEqual({ status: 'failure', reason_code: '-32042' });
  });
});

describe('questions within a result, since 2026-07-28', () => {
  test('are told as the questions that they are', () => {
    const result = inputRequired({
      inputRequests: {
        where: inputRequired.elicit({ message: 'Where?', requestedSchema }),
        ask: inputRequired.createMessage(sample.params as never),
      },
      requestState: 's',
    });
    const { type, data } = say({ method: 'tools/call', params: { name: 't' } }, answer(result));
    expect(type).toBe('mcp.audit.rpc.tools_call.v1');
    expect(data.mcp?.result_type).toBe('input_required');
    expect(data.elicitation).toMatchObject({ mode: 'form', message: 'Where?', sensitive_fields: ['api_key'] });
    expect(data.sampling).toMatchObject({ max_tokens: 100, tools: ['get_weather'] });
  });

  test.each(['tools/call', 'prompts/get', 'no/such'])('of what a person typed nothing comes with %s', (method) => {
    const inputResponses = { where: plain(typed), ask: plain(sampled) };
    const { data } = say({ method, params: { name: 't', inputResponses, requestState: 's' } });
    expect(data.request?.params).toMatchObject({
      inputResponses: { where: { action: 'accept' }, ask: { model: 'm-1' } },
    });
    expect(JSON.stringify(data)).not.toContain('Ulm');
  });
});

describe('tasks', () => {
  test.each<[string, unknown, Answer | undefined]>([
    [
      'that a request makes',
      { ...sample, params: { ...sample.params, task: { ttl: 1 } } },
      answer(CreateTaskResultSchema.parse({ task })),
    ],
    [
      'asked about',
      GetTaskRequestSchema.parse({ method: 'tasks/get', params: { taskId: 't1' } }),
      answer(GetTaskResultSchema.parse(task)),
    ],
    ['cancelled', CancelTaskRequestSchema.parse({ method: 'tasks/cancel', params: { taskId: 't1' } }), undefined],
    [
      'that go on',
      TaskStatusNotificationSchema.parse({ method: 'notifications/tasks/status', params: task }),
      undefined,
    ],
    [
      'named beside',
      {
        method: 'elicitation/create',
        params: { ...form.params, _meta: { 'io.modelcontextprotocol/related-task': { taskId: 't1' } } },
      },
      undefined,
    ],
  ])('%s', (_, request, result) => expect(say(request, result).data.mcp?.task_id).toBe('t1'));

  const fetched = GetTaskPayloadRequestSchema.parse({ method: 'tasks/result', params: { taskId: 't1' } });
  test.each<[string, unknown, Partial<AuditEvent['data']>]>([
    ['of a form', typed, { elicitation: { action: 'accept', fields: ['city', 'api_key'] } }],
    ['of a model', sampled, { sampling: { response: { model: 'm-1', stop_reason: 'endTurn' } } }],
  ])('the result %s is what an answer at once would be', (_, result, sections) => {
    const { type, data } = say(fetched, answer(result));
    expect(type).toBe('mcp.audit.rpc.task.v1');
    expect(data).toMatchObject(sections);
    expect(JSON.stringify(data)).not.toContain('Ulm');
  });

  test('the result of a tool stays whole', () => {
    const result: Json = { content: [{ type: 'text', text: 'done' }], structuredContent: { action: 'none' } };
    expect(say(fetched, { result }).data).toMatchObject({ result: { value: result } });
    expect(say(fetched, { result }).data).not.toHaveProperty('elicitation');
  });
});

test('subscriptions', () => {
  const uri = 'file:///a';
  const subscribe = SubscribeRequestSchema.parse({ method: 'resources/subscribe', params: { uri } });
  expect(say(subscribe, { result: {} })).toMatchObject({
    type: 'mcp.audit.rpc.subscription.v1',
    subject: uri,
    data: { lifecycle: { event: 'subscribe' }, resource: { uri } },
  });
  expect(say({ method: 'subscriptions/listen', params: { notifications: {} } }).data.lifecycle).toEqual({
    event: 'subscribe',
  });
});
