import type { EventData } from '../event/envelope';
import type { Json } from '../event/json';
import { decodeJson } from '../judge/decode';
import { eventTypeOf } from '../mcp/methods';
import type { Fields } from './fields';
import { dataOf, lookUp, section, serverId } from './foreign';

const transports: Record<string, NonNullable<EventData['mcp']>['transport']> = {
  pipe: 'stdio',
  stdio: 'stdio',
  tcp: 'streamable_http',
  quic: 'streamable_http',
  http: 'streamable_http',
  'streamable-http': 'streamable_http',
  sse: 'sse',
};

/**
 * What OpenTelemetry's semantic conventions for MCP and GenAI say in attributes, which `f` reads at `path`.
 * `server`: name of the server where the attributes are silent.
 */
export function readAttributes(
  f: Fields,
  path: string[],
  format: string,
  server: string | undefined,
): { type: string; subject: string | undefined; data: EventData } {
  const text = (name: string, max?: number) => f.text([...path, name], max);
  const any = (name: string) => parsed(f.any([...path, name]));
  const operation = text('gen_ai.operation.name');
  const method = text('mcp.method.name') ?? (operation === 'execute_tool' ? 'tools/call' : undefined);
  const tool = text('gen_ai.tool.name') ?? text('mcp.tool.name');
  const prompt = text('gen_ai.prompt.name') ?? text('mcp.prompt.name');
  const uri = text('mcp.resource.uri', 4096);
  const errorType = text('error.type');
  const code =
    codeOf(f.label([...path, 'rpc.response.status_code'])) ??
    codeOf(f.label([...path, 'mcp.error.code'])) ??
    codeOf(errorType);
  const message = text('mcp.error.message', 4096) ?? text('exception.message', 4096);
  const address = text('server.address');
  const name = text('mcp.server.name') ?? server ?? address;
  const toolFailed = errorType === 'tool_error';
  const failed = toolFailed || (code !== undefined && code !== 0) || errorType !== undefined || message !== undefined;
  const args = any('gen_ai.tool.call.arguments');
  const result = any('gen_ai.tool.call.result');
  const user = text('user.id') ?? text('enduser.id') ?? text('jwt.sub');
  return {
    type: method === undefined ? (operation === undefined ? 'rpc.unknown' : 'model.call') : eventTypeOf(method),
    subject: tool ?? prompt ?? uri,
    data: dataOf({
      phase: 'complete',
      operation_id: text('gen_ai.tool.call.id'),
      mcp: section({
        method,
        protocol_version: text('mcp.protocol.version'),
        session_id: text('mcp.session.id'),
        jsonrpc_id: f.label([...path, 'jsonrpc.request.id']),
        transport: lookUp(transports, text('network.transport')),
      }),
      actor: section({
        type: user === undefined ? undefined : ('user' as const),
        id: user,
        id_assurance: user === undefined ? undefined : ('observed' as const),
        ip: text('client.address'),
        user_agent: text('user_agent.original', 4096),
      }),
      agent: section({
        id: text('gen_ai.agent.id'),
        name: text('gen_ai.agent.name'),
        version: text('gen_ai.agent.version'),
        conversation_id: text('gen_ai.conversation.id'),
        model: section({ provider: text('gen_ai.provider.name'), name: text('gen_ai.request.model') }),
      }),
      client: section({ name: text('mcp.client.name'), version: text('mcp.client.version') }),
      server: section({ id: serverId(format, name), name, version: text('mcp.server.version') }),
      tool: section({ name: tool }),
      prompt: section({ name: prompt }),
      resource: section({ uri }),
      request: args === undefined ? undefined : { arguments: args },
      result:
        result === undefined && !toolFailed ? undefined : section({ value: result, is_error: toolFailed || undefined }),
      error:
        failed && !toolFailed
          ? section({ code, message, class: code === undefined ? errorType : undefined })
          : undefined,
      outcome: {
        status: failed ? 'failure' : 'success',
        ...(failed ? { reason_code: errorType ?? (code === undefined ? 'error' : String(code)) } : {}),
      },
    }),
  };
}

const codeOf = (word: string | undefined): number | undefined =>
  word !== undefined && /^-?\d{1,9}$/.test(word) ? Number(word) : undefined;

/**
 * Arguments and results come as JSON in a string where the emitter's attributes can't hold objects. What is not strict
 * JSON stays text.
 */
function parsed(value: Json | undefined): Json | undefined {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  const decoded = decodeJson(utf8.encode(value));
  return decoded.ok ? decoded.value.value : value;
}
const utf8 = new TextEncoder();
