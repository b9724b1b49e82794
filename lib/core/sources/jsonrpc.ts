import { clip } from '../event/clip';
import { isObject, type JsonObject } from '../event/json';
import { refuse } from '../event/result';
import { Fields } from './fields';
import { dataOf, foreignEvent, section, serverId } from './foreign';
import { describeRpc, isRpc } from './rpc';
import type { Source } from './source';

/**
 * Bare captures of MCP: `{request, response}` with anything beside (`time`, `server`, `actor`), or one JSON-RPC message
 * alone. A response alone does not say what it answers.
 */
export const jsonRpc: Source = {
  id: 'jsonrpc',
  title: 'MCP capture (JSON-RPC)',
  detect: (json) => isObject(json) && ((isRpc(json) && json.jsonrpc === '2.0') || isRpc(json.request)),

  toEvent(json, ctx) {
    const f = new Fields(json as JsonObject);
    const pair = isRpc((json as JsonObject).request);
    const request = pair ? f.any('request') : json;
    const response = pair ? f.any('response') : undefined;
    const described = describeRpc(request as JsonObject, response, ctx.sha256);
    if (!described && !isAnswer(request))
      return refuse('wrong_schema', 'The capture has neither a request nor a response of JSON-RPC 2.0.');
    const server = pair ? (f.text('server') ?? f.at('server').text('name')) : undefined;
    const actor = pair ? (f.text('actor') ?? f.at('actor').text('id') ?? f.text('user')) : undefined;
    const data = described?.data ?? answerData(request as JsonObject);
    return foreignEvent(
      'jsonrpc',
      json,
      {
        originalId: pair ? (f.text('id') ?? f.text('capture_id')) : undefined,
        time: pair ? (f.time('time') ?? f.time('timestamp')) : undefined,
        emitter: server,
        type: described?.type ?? 'rpc.unknown',
        subject: described?.subject,
        vantage: undefined,
        data: dataOf(
          {
            observation: { assertion: 'reported' },
            actor: section({ id: actor, id_assurance: actor === undefined ? undefined : ('claimed' as const) }),
            server: section(
              { id: serverId('jsonrpc', server ?? data.server?.name), name: data.server?.name ?? server },
              data.server,
            ),
          },
          data,
        ),
        rest: pair ? f.rest() : undefined,
      },
      ctx,
    );
  },
};

const isAnswer = (value: unknown): boolean => isObject(value) && ('result' in value || isObject(value.error));

function answerData(response: JsonObject) {
  const { id, result, error } = response;
  const failure = isObject(error) ? error : undefined;
  return dataOf({
    phase: 'response',
    mcp: section({
      jsonrpc_id: id === undefined || id === null ? undefined : clip(String(id), 512),
      jsonrpc_id_type:
        typeof id === 'string' || typeof id === 'number' ? (typeof id as 'string' | 'number') : undefined,
    }),
    result: result === undefined ? undefined : { value: result },
    error:
      failure &&
      section({
        code: Number.isSafeInteger(failure.code) ? (failure.code as number) : undefined,
        message: typeof failure.message === 'string' ? failure.message : undefined,
        data: failure.data,
      }),
    outcome: { status: failure ? 'failure' : 'success' },
  });
}
