import { decodeJson } from '../event/decode';
import type { EventData } from '../event/envelope';
import type { Json } from '../event/json';
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
 * What OpenTelemetry's semantic conventions for MCP and GenAI say in attributes, which `f` reads.
 * `server`: name of the server where the attributes are silent.
 */
export function readAttributes(
  f: Fields,
  format: string,
  server: string | undefined,
): { type: string; subject: string | undefined; data: EventData } {
  const operation = f.text('gen_ai.operation.name');
  const method = f.text('mcp.method.name') ?? (operation === 'execute_tool' ? 'tools/call' : undefined);
  const tool = f.text('gen_ai.tool.name') ?? f.text('mcp.tool.name');
  const prompt = f.text('gen_ai.prompt.name') ?? f.text('mcp.prompt.name');
  const uri = f.text('mcp.resource.uri', 4096);
  const errorType = f.text('error.type');
  const code = codeOf(f.label('rpc.response.status_code')) ?? codeOf(f.label('mcp.error.code')) ?? codeOf(errorType);
  const message = f.text('mcp.error.message', 4096) ?? f.text('exception.message', 4096);
  const address = f.text('server.address');
  const name = f.text('mcp.server.name') ?? server ?? address;
  const toolFailed = errorType === 'tool_error';
  const failed = toolFailed || (code !== undefined && code !== 0) || errorType !== undefined || message !== undefined;
  const args = parsed(f.any('gen_ai.tool.call.arguments'));
  const result = parsed(f.any('gen_ai.tool.call.result'));
  const user = f.text('user.id') ?? f.text('enduser.id') ?? f.text('jwt.sub');
  return {
    type: method === undefined ? (operation === undefined ? 'rpc.unknown' : 'model.call') : eventTypeOf(method),
    subject: tool ?? prompt ?? uri,
    data: dataOf({
      phase: 'complete',
      operation_id: f.text('gen_ai.tool.call.id'),
      mcp: section({
        method,
        protocol_version: f.text('mcp.protocol.version'),
        session_id: f.text('mcp.session.id'),
        jsonrpc_id: f.label('jsonrpc.request.id'),
        transport: lookUp(transports, f.text('network.transport')),
      }),
      actor: section({
        type: user === undefined ? undefined : ('user' as const),
        id: user,
        id_assurance: user === undefined ? undefined : ('observed' as const),
        ip: f.text('client.address'),
        user_agent: f.text('user_agent.original', 4096),
      }),
      agent: section({
        id: f.text('gen_ai.agent.id'),
        name: f.text('gen_ai.agent.name'),
        version: f.text('gen_ai.agent.version'),
        conversation_id: f.text('gen_ai.conversation.id'),
        model: section({ provider: f.text('gen_ai.provider.name'), name: f.text('gen_ai.request.model') }),
      }),
      client: section({ name: f.text('mcp.client.name'), version: f.text('mcp.client.version') }),
      server: section({ id: serverId(format, name), name, version: f.text('mcp.server.version') }),
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
