import { clip } from '../event/clip';
import { isObject } from '../event/json';
import { eventTypeOf } from '../mcp/methods';
import { Fields } from './fields';
import { dataOf, foreignEvent, lookUp, microseconds, section, serverId, statusOf } from './foreign';
import { describeRpc, isRpc } from './rpc';
import type { Source } from './source';

/** Methods of ToolHive's event types, where the target doesn't name one. */
const methods: Record<string, string> = {
  mcp_initialize: 'initialize',
  mcp_tool_call: 'tools/call',
  mcp_tools_list: 'tools/list',
  mcp_resource_read: 'resources/read',
  mcp_resources_list: 'resources/list',
  mcp_prompt_get: 'prompts/get',
  mcp_prompts_list: 'prompts/list',
  mcp_notification: 'notifications/message',
  mcp_ping: 'ping',
  mcp_logging: 'logging/setLevel',
  mcp_completion: 'completion/complete',
  mcp_roots_list_changed: 'notifications/roots/list_changed',
};
const transports: Record<string, 'sse' | 'streamable_http' | 'stdio'> = {
  sse: 'sse',
  http: 'streamable_http',
  'streamable-http': 'streamable_http',
  stdio: 'stdio',
};

/** ToolHive's audit log: the JSON line that it writes (`audit_id`), and the form of its Go structure (`metadata.auditId`). */
export const toolHive: Source = {
  id: 'toolhive',
  title: 'ToolHive',

  detect: (json) =>
    isObject(json) &&
    typeof json.type === 'string' &&
    typeof json.outcome === 'string' &&
    typeof json.component === 'string' &&
    (typeof json.audit_id === 'string' || (isObject(json.metadata) && typeof json.metadata.auditId === 'string')),

  toEvent(json, ctx) {
    const f = new Fields(json as never);
    const kind = f.text('type') ?? '';
    const targetMethod = f.at('target').text('method');
    const method = isHttpVerb(targetMethod) ? lookUp(methods, kind) : (targetMethod ?? lookUp(methods, kind));
    const component = f.text('component');
    const backend = f.at('metadata').at('extra').text('backend_name');
    const server = backend ?? component;
    const targetKind = f.at('target').word('type');
    const target = f.at('target').text('name', targetKind === 'resource' ? 4096 : 512);
    const request = f.at('data').any('request');
    const response = f.at('data').any('response');
    const rpc = isRpc(request) ? describeRpc(request, isRpc(response) ? response : undefined, ctx.sha256) : null;
    const word = f.text('outcome');
    const user = f.at('subjects').text('user');
    const userId = f.at('subjects').text('user_id');
    const errorCode = f.at('metadata').at('extra').integer('jsonrpc_error_code');
    const bytes = f.at('metadata').at('extra').count('response_size_bytes');
    f.text('msg');
    f.text('level');
    const type = typeOf(kind, method);
    return foreignEvent(
      'toolhive',
      json,
      {
        originalId: f.text('audit_id') ?? f.at('metadata').text('auditId'),
        time: f.time('logged_at') ?? f.time('loggedAt') ?? f.time('time'),
        emitter: component,
        type,
        subject: target,
        vantage: 'gateway',
        data: dataOf(
          {
            phase: 'complete',
            mcp: section(
              {
                method,
                protocol_version: f.at('metadata').at('extra').text('mcp_version'),
                session_id: f.at('source').at('extra').text('session_id'),
                transport: lookUp(transports, f.at('metadata').at('extra').text('transport')),
                http: section({
                  path: f.at('target').text('endpoint', 4096),
                  method: isHttpVerb(targetMethod) ? targetMethod : undefined,
                }),
              },
              rpc?.data.mcp,
            ),
            actor: section({
              type: user === 'anonymous' && !userId ? 'anonymous' : 'user',
              id: userId ?? user,
              display: user,
              id_assurance: userId ? 'verified' : 'claimed',
              ip: f.at('source').text('value'),
              user_agent: f.at('source').at('extra').text('user_agent', 4096),
            }),
            delegation: delegationOf(f),
            client: section(
              {
                name: f.at('subjects').text('client_name') ?? rpc?.data.client?.name,
                version: f.at('subjects').text('client_version') ?? rpc?.data.client?.version,
              },
              rpc?.data.client,
            ),
            server: section({ id: serverId('toolhive', server), name: server }, rpc?.data.server),
            tool: rpc?.data.tool ?? (targetKind === 'tool' ? section({ name: target }) : undefined),
            resource:
              rpc?.data.resource ??
              (targetKind === 'resource' ? section({ uri: f.at('target').text('uri', 4096) ?? target }) : undefined),
            prompt: rpc?.data.prompt ?? (targetKind === 'prompt' ? section({ name: target }) : undefined),
            request: rpc?.data.request ?? (request === undefined ? undefined : { params: request }),
            result: rpc?.data.result ?? section({ bytes, value: rpc?.data.error ? undefined : response }),
            error:
              rpc?.data.error ??
              section({ code: errorCode, message: f.at('metadata').at('extra').text('jsonrpc_error_message', 4096) }),
            timing: section({ duration_us: microseconds(f.at('metadata').at('extra').number('duration_ms')) }),
            outcome: section({
              status: rpc?.data.outcome?.status === 'failure' ? 'failure' : statusOf(word),
              disposition: word === 'denied' ? 'denied' : undefined,
              reason_code: errorCode === undefined ? rpc?.data.outcome?.reason_code : String(errorCode),
            }),
          },
          rpc?.data,
        ),
        rest: withKind(f.rest(), kind),
      },
      ctx,
    );
  },
};

const isHttpVerb = (method: string | undefined): boolean => method !== undefined && /^[A-Z]{3,7}$/.test(method);

function typeOf(kind: string, method: string | undefined): string {
  if (method !== undefined) return eventTypeOf(method);
  if (kind === 'sse_connection') return 'lifecycle.connect';
  return 'rpc.unknown';
}

/** Types that have no method keep their own word. */
const withKind = (rest: ReturnType<Fields['rest']>, kind: string) =>
  Object.hasOwn(methods, kind) ? rest : { ...rest, type: kind };

function delegationOf(f: Fields) {
  const chain = f.at('delegation').list('chain');
  return section({
    chain: chain?.filter(isObject).map(({ iss, sub }) => section({ iss: textOf(iss), sub: textOf(sub) }) ?? {}),
    truncated: f.at('delegation').flag('truncated'),
    omitted: f.at('delegation').flag('omitted'),
    malformed: f.at('delegation').flag('malformed'),
    malformed_reason: f.at('delegation').text('malformedReason') ?? f.at('delegation').text('malformed_reason'),
  });
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? clip(value, 4096) : undefined);
