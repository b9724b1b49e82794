import { clip } from '../event/clip';
import type { EventData } from '../event/envelope';
import { isObject, type Json, type JsonObject } from '../event/json';
import { eventTypeOf } from '../mcp/methods';
import { Fields } from './fields';
import { dataOf, foreignEvent, lookUp, microseconds, section, serverId, statusOf } from './foreign';
import { describeRpc, isRpc } from './rpc';
import type { Source } from './source';

const actorTypes: Record<string, NonNullable<NonNullable<EventData['actor']>['type']>> = {
  user: 'user',
  device: 'device',
  credential: 'service',
  unknown: 'anonymous',
};

/** Obot's audit log, from its API or a JSONL export: calls through its gateway, and tool calls that local agents reported. */
export const obot: Source = {
  id: 'obot',
  title: 'Obot',

  detect: (json) =>
    isObject(json) &&
    (json.eventType === 'mcp_call' || json.eventType === 'local_agent_tool_call') &&
    isObject(json.timestamp) &&
    isObject(json.actor),

  toEvent(json, ctx) {
    const f = new Fields(json as never);
    const local = f.text('eventType') === 'local_agent_tool_call';
    const operation = f.at('action').text('operation');
    const method = local ? 'tools/call' : operation;
    const clientReported = f.at('timestamp').text('source') === 'client_reported';
    const targetType = f.at('target').text('targetType');
    const actionName = f.at('action').text('name', 4096);
    const targetName = f.at('target').text('name') ?? f.at('target').text('id');
    const server =
      targetType === 'mcp_server'
        ? targetName
        : (f.at('target').at('parent').text('name') ?? f.at('target').at('parent').text('id'));
    const request = f.at('details').at('request').any('body');
    const response = f.at('details').at('response').any('body');
    const rpc = bodyRpc(request, response, method, ctx.sha256);
    const actorType = f.at('actor').text('actorType') ?? 'unknown';
    const status = statusOf(f.at('outcome').text('status'));
    const error = f.at('outcome').text('error', 4096);
    const isTool = targetType === 'mcp_tool' || targetType === 'local_tool' || local;
    return foreignEvent(
      'obot',
      json,
      {
        originalId: f.label('id'),
        time: f.at('timestamp').time('occurredAt'),
        emitter: undefined,
        type: method === undefined ? 'rpc.unknown' : eventTypeOf(method),
        subject: actionName ?? targetName,
        vantage: local ? 'client' : 'gateway',
        data: dataOf(
          {
            operation_id: f.at('details').at('trace').text('toolUseID'),
            observation: section({
              vantage: local ? 'client' : 'gateway',
              assertion: 'reported',
              clock_source: clientReported ? 'client' : 'server',
            }),
            phase: 'complete',
            mcp: section(
              {
                method,
                session_id: f.at('details').at('trace').text('sessionID'),
                jsonrpc_id: rpc?.data.mcp?.jsonrpc_id ?? f.at('details').at('trace').text('requestID'),
                http: section({ status: f.at('outcome').integer('httpStatus') }),
              },
              rpc?.data.mcp,
            ),
            actor: section({
              type: lookUp(actorTypes, actorType) ?? 'anonymous',
              id: f.at('actor').text('id') ?? f.at('actor').text('credentialID'),
              // Who it was is settled by Obot's server; what a local agent says of itself never is.
              id_assurance: actorType === 'unknown' ? 'claimed' : 'verified',
              ip: f.at('details').at('network').text('clientIP'),
              user_agent: f.at('details').at('client').text('userAgent', 4096),
            }),
            agent: section({
              name: f.at('details').at('agent').text('cliName') ?? f.at('details').at('agent').text('provider'),
              version: f.at('details').at('agent').text('cliVersion') ?? f.at('details').at('agent').text('version'),
              model: section({
                name: f.at('details').at('agent').text('model') ?? f.at('details').at('agent').text('modelID'),
              }),
              turn_id: f.at('details').at('trace').text('turnID'),
            }),
            client: section({
              name: f.at('details').at('client').text('name') ?? f.text('client'),
              version: f.at('details').at('client').text('version'),
            }),
            server: section({ id: serverId('obot', server ?? (local ? 'local' : undefined)), name: server }),
            tool:
              rpc?.data.tool ??
              (isTool
                ? section({
                    name: targetName ?? actionName,
                    namespaced_name: local ? (actionName === undefined ? undefined : clip(actionName, 512)) : undefined,
                  })
                : undefined),
            resource:
              rpc?.data.resource ??
              (targetType === 'mcp_resource' ? section({ uri: actionName ?? targetName }) : undefined),
            prompt: rpc?.data.prompt ?? (targetType === 'mcp_prompt' ? section({ name: targetName }) : undefined),
            request: rpc?.data.request ?? (request === undefined ? undefined : { arguments: request }),
            result: rpc ? rpc.data.result : response === undefined ? undefined : { value: response },
            error: rpc?.data.error ?? (error === undefined ? undefined : section({ message: error })),
            timing: section({
              started_at: f.at('details').time('startedAt'),
              duration_us: microseconds(f.at('outcome').number('durationMs')),
            }),
            outcome: section({
              status,
              disposition: status === 'denied' ? 'denied' : undefined,
              reason_code: f.at('outcome').text('reason'),
            }),
          },
          rpc?.data,
        ),
        rest: f.rest(),
      },
      ctx,
    );
  },
};

/** Bodies are whole JSON-RPC messages, or, in some versions, only `params` and `result`. */
function bodyRpc(
  request: Json | undefined,
  response: Json | undefined,
  method: string | undefined,
  sha256: Parameters<typeof describeRpc>[2],
) {
  if (isRpc(request)) return describeRpc(request, isRpc(response) ? response : undefined, sha256);
  if (method !== 'tools/call' || !isObject(request) || typeof request.name !== 'string') return null;
  const whole = { jsonrpc: '2.0', id: 0, method, params: request };
  const answer: JsonObject | undefined = isRpc(response)
    ? { ...response, id: 0 }
    : isObject(response)
      ? { jsonrpc: '2.0', id: 0, result: response }
      : undefined;
  const described = describeRpc(whole, answer, sha256);
  if (described?.data.mcp) {
    delete described.data.mcp.jsonrpc_id;
    delete described.data.mcp.jsonrpc_id_type;
  }
  return described;
}
