import { clip } from '../event/clip';
import type { ToolDefinition } from '../event/envelope';
import { isObject, type Json, type JsonObject } from '../event/json';
import { hashDefinitions } from '../event/tool-definition';
import { Fields } from './fields';
import { dataOf, foreignEvent, lookUp, microseconds, section, serverId, statusOf } from './foreign';
import type { Source } from './source';

/** LiteLLM's StandardLoggingPayload, as its callbacks deliver it: MCP calls and lists, and calls of models. */
export const liteLlm: Source = {
  id: 'litellm',
  title: 'LiteLLM',

  detect: (json) =>
    isObject(json) &&
    typeof json.call_type === 'string' &&
    isObject(json.metadata) &&
    ('litellm_call_id' in json || 'startTime' in json),

  toEvent(json, ctx) {
    const f = new Fields(json as never);
    const metadata = f.at('metadata');
    const call = metadata.at('mcp_tool_call_metadata');
    const callType = f.text('call_type') ?? '';
    const lists = callType === 'list_mcp_tools';
    const calls = call.object('arguments') !== undefined || call.text('name') !== undefined;
    const tool = call.text('name');
    const server = calls ? (call.text('mcp_server_name') ?? 'litellm') : 'litellm';
    const response = call.any('result') ?? f.any('response');
    f.any('response');
    const error = f.text('error_str') ?? f.at('error_information').text('error_message');
    const errorClass = f.at('error_information').text('error_class');
    const start = f.number('startTime');
    const end = f.number('endTime');
    const model = calls || lists ? undefined : f.text('model');
    const status = statusOf(f.text('status'));
    const user =
      metadata.text('user_api_key_user_id') ??
      metadata.text('user_api_key_alias') ??
      metadata.text('user_api_key_hash');
    return foreignEvent(
      'litellm',
      json,
      {
        originalId: f.text('id') ?? f.text('litellm_call_id'),
        time: timeOf(f, start),
        emitter: undefined,
        tenant: metadata.text('user_api_key_org_id'),
        type: calls ? 'rpc.tools_call' : lists ? 'rpc.tools_list' : 'model.call',
        subject: tool ?? model,
        vantage: 'gateway',
        data: dataOf({
          phase: 'complete',
          operation_id: f.text('trace_id'),
          mcp: section({
            method: calls ? 'tools/call' : lists ? 'tools/list' : undefined,
            session_id: call.text('mcp_session_id'),
            protocol_version: metadata.at('requester_metadata').at('headers').text('mcp-protocol-version'),
          }),
          actor: section({
            type: user === undefined ? undefined : ('user' as const),
            id: user,
            id_assurance: user === undefined ? undefined : ('verified' as const),
            display: metadata.text('user_api_key_user_email'),
            groups: groupsOf(f),
            ip: f.text('requester_ip_address') ?? metadata.text('requester_ip_address'),
            user_agent: f.text('user_agent') ?? metadata.text('user_agent'),
          }),
          agent:
            model === undefined
              ? undefined
              : { model: section({ name: model, provider: f.text('custom_llm_provider') }) },
          server: section({
            id: serverId('litellm', server),
            name: server,
            url: call.text('mcp_server_resource', 4096),
          }),
          tool: section({ name: tool, namespaced_name: call.text('namespaced_tool_name') }),
          tools_list: lists ? listOf(response, ctx.sha256) : undefined,
          request: calls
            ? section({ arguments: call.any('arguments') })
            : section({ params: lists ? undefined : f.any('messages') }),
          result: lists ? undefined : resultOf(response, calls),
          error:
            error === undefined && errorClass === undefined
              ? undefined
              : section({ message: error, class: errorClass }),
          timing: section({
            duration_us: start !== undefined && end !== undefined ? microseconds((end - start) * 1000) : undefined,
          }),
          outcome: section({ status, reason_code: status === 'failure' ? errorClass : undefined }),
        }),
        rest: f.rest(),
      },
      ctx,
    );
  },
};

/** When the call began. Spend logs carry it as text. */
const timeOf = (f: Fields, start: number | undefined): string | undefined =>
  f.time('startTime') ?? (start === undefined ? f.time('endTime') : undefined);

function groupsOf(f: Fields): string[] | undefined {
  const team = f.at('metadata').text('user_api_key_team_alias') ?? f.at('metadata').text('user_api_key_team_id');
  return team === undefined ? undefined : [team];
}

/** A tool's result has the names of the Python SDK, or the protocol's. */
function resultOf(response: Json | undefined, calls: boolean) {
  if (response === undefined || (isObject(response) && Object.keys(response).length === 0)) return undefined;
  if (!calls || !isObject(response)) return { value: response };
  const { content, structured_content, structuredContent, is_error, isError, ...value } = response;
  const structured = structured_content ?? structuredContent;
  const failed = is_error ?? isError;
  const left = Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
  return section({
    content: Array.isArray(content) ? content : undefined,
    structured: structured ?? undefined,
    is_error: typeof failed === 'boolean' ? failed : undefined,
    value: Object.keys(left).length > 0 ? left : undefined,
  });
}

function listOf(response: Json | undefined, sha256: Parameters<typeof hashDefinitions>[1]) {
  if (!Array.isArray(response)) return undefined;
  const { tools, listHash } = hashDefinitions(response.filter(isObject).map(definitionOf), sha256);
  // Each key sees its own part of the tools, so that what is missing was not removed.
  return { tools, list_hash: listHash, complete: false };
}

const protocolNames: Record<string, string> = {
  input_schema: 'inputSchema',
  output_schema: 'outputSchema',
  read_only_hint: 'readOnlyHint',
  destructive_hint: 'destructiveHint',
  idempotent_hint: 'idempotentHint',
  open_world_hint: 'openWorldHint',
};

/** As the server wrote it: the Python SDK's names back to the protocol's, without the members it filled with null. */
function definitionOf(tool: JsonObject): ToolDefinition {
  const { name, title, description, ...rest } = protocolMembers(tool);
  const texts = { name, title, description };
  const odd = Object.entries(texts).filter(([, value]) => value !== undefined && typeof value !== 'string');
  return {
    ...rest,
    ...section({
      name: typeof name === 'string' ? clip(name, 512) : undefined,
      title: typeof title === 'string' ? clip(title, 4096) : undefined,
      description: typeof description === 'string' ? description : undefined,
      odd: odd.length > 0 ? Object.fromEntries(odd) : undefined,
    }),
  };
}

function protocolMembers(object: JsonObject): JsonObject {
  const members = Object.entries(object).filter(([, value]) => value !== null);
  return Object.fromEntries(
    members.map(([name, value]) => [
      lookUp(protocolNames, name) ?? name,
      name === 'annotations' && isObject(value) ? protocolMembers(value) : value,
    ]),
  );
}
