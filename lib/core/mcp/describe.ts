import { clip } from '../event/clip';
import type { AuditEvent, EventData, ToolDefinition } from '../event/envelope';
import type { Sha256Hex } from '../event/hash';
import { isObject, type Json, type JsonObject, put } from '../event/json';
import { diffDefinitions, hashDefinitions } from '../event/tool-definition';
import {
  elicitationOf,
  samplingOf,
  sectionsOfAnswer,
  sectionsOfQuestions,
  withoutTyped,
  withoutTypedResponses,
} from './asked';
import { defined, object, text } from './members';
import { eventTypeOf } from './methods';
import type { Circumstance, Exchange } from './pairing';

/** What was said in a connection or session, as far as later events need it. */
export interface Connection {
  protocolVersion?: string;
  client?: EventData['client'];
  server?: EventData['server'];
  /** The definition in force of each tool, with its hash. */
  definitions: Map<string, ToolDefinition>;
  /** Pages of an unfinished list. */
  pages: ToolDefinition[] | null;
  /** Hashes of the last whole list. */
  listed: Map<string, string>;
}

export const newConnection = (): Connection => ({ definitions: new Map(), pages: null, listed: new Map() });

const prefix = 'io.modelcontextprotocol/';

/**
 * Says what an exchange was, as the parts of an mcp.audit/1 event that follow from the messages alone: `type` (whole),
 * `subject` and `data`. Takes what it teaches (who the client is, which definitions are in force) into `connection`.
 */
export function describe<C extends Circumstance>(
  exchange: Exchange<C>,
  connection: Connection,
  sha256: Sha256Hex,
): Pick<AuditEvent, 'type' | 'subject' | 'traceparent'> & { data: EventData } {
  const { method, params, id, sent, answered, answer } = exchange;
  const { _meta, ...rest } = withoutTypedResponses(params);
  const meta = object(_meta);
  const result = answer && 'result' in answer ? object(answer.result) : undefined;
  learn(exchange, meta, result, connection);

  const data: EventData = {
    phase: id === undefined ? 'notification' : answer ? 'complete' : 'request',
    mcp: {
      method: clip(method, 512),
      ...defined({
        protocol_version: connection.protocolVersion,
        jsonrpc_id: id === undefined ? undefined : clip(String(id), 512),
        jsonrpc_id_type: id === undefined ? undefined : (typeof id as 'string' | 'number'),
        subscription_id: text(meta[`${prefix}subscriptionId`]),
        task_id: taskOf(params, meta, result),
        result_type: text(result?.resultType),
        batch_index: sent.batchIndex,
        meta: remaining(meta),
      }),
    },
    ...defined({ client: brief(connection.client, method), server: brief(connection.server, method) }),
    request: { bytes: sent.bytes, ...(Object.keys(rest).length > 0 ? { params: rest } : {}) },
    outcome: outcomeOf(exchange),
  };
  if (answer && answered) {
    if ('error' in answer) data.error = answer.error;
    else data.result = { bytes: answered.bytes, value: answer.result };
  }
  Object.assign(data, sectionsOfQuestions(answer, sha256));
  const add = Object.hasOwn(describeMethod, method) ? describeMethod[method] : undefined;
  const subject = add?.(data, rest, result, connection, sha256);
  if (/^notifications\/[a-z]+\/list_changed$/.test(method)) data.lifecycle = { event: 'list_changed' };
  const traceparent = text(meta.traceparent);
  return {
    type: `mcp.audit.${eventTypeOf(method)}.v1`,
    ...(subject ? { subject: clip(subject, 2048) } : {}),
    ...(traceparent && /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(traceparent) ? { traceparent } : {}),
    data,
  };
}

/** The task that an exchange is about: asked for, made by it, or named beside it. */
function taskOf(params: JsonObject, meta: JsonObject, result: JsonObject | undefined): string | undefined {
  const related = object(meta[`${prefix}related-task`] ?? object(result?._meta)[`${prefix}related-task`]);
  return text(params.taskId) ?? text(object(result?.task).taskId) ?? text(related.taskId);
}

/** `_meta` without what stands elsewhere in the event. */
function remaining(meta: JsonObject): JsonObject | undefined {
  let left: JsonObject | undefined;
  for (const name of Object.keys(meta)) {
    if (told.has(name)) continue;
    left ??= {};
    put(left, name, meta[name] as Json);
  }
  return left;
}
const told = new Set(['protocolVersion', 'clientInfo', 'clientCapabilities'].map((name) => `${prefix}${name}`));

type Describe = (
  data: EventData,
  params: JsonObject,
  result: JsonObject | undefined,
  connection: Connection,
  sha256: Sha256Hex,
) => string | undefined;

/** What each method adds to the event; answers the event's subject. */
const describeMethod: Record<string, Describe> = {
  'tools/call'(data, params, result, connection) {
    const name = text(params.name) ?? '';
    const definition = connection.definitions.get(name);
    const { name: _, arguments: args, ...others } = params;
    data.tool = {
      name,
      ...defined({
        title: definition?.title,
        definition_hash: definition?.definition_hash,
        annotations: definition?.annotations,
      }),
    };
    data.request = {
      bytes: data.request?.bytes,
      ...defined({ arguments: args, params: Object.keys(others).length > 0 ? others : undefined }),
    };
    if (result) {
      const { content, structuredContent, isError, _meta, ...value } = result;
      data.result = {
        bytes: data.result?.bytes,
        is_error: isError === true,
        ...defined({
          content: Array.isArray(content) ? content : undefined,
          structured: structuredContent,
          value: Object.keys(value).length > 0 ? value : undefined,
        }),
      };
    }
    return name;
  },
  'tools/list'(data, params, result, connection, sha256) {
    if (!result || !Array.isArray(result.tools)) return undefined;
    const { tools, listHash } = hashDefinitions(result.tools.filter(isObject).map(toDefinition), sha256);
    const cursor = text(params.cursor, 4096);
    const last = result.nextCursor === undefined || result.nextCursor === null;
    const pages = cursor === undefined ? tools : connection.pages ? [...connection.pages, ...tools] : null;
    const hashes = (list: ToolDefinition[]) => list.map((t) => ({ name: t.name ?? '', hash: t.definition_hash ?? '' }));
    const whole = last && pages !== null;
    const diff = diffDefinitions(connection.listed, hashes(whole ? pages : tools), whole);
    data.tools_list = {
      tools,
      complete: last && cursor === undefined,
      list_hash: listHash,
      ...diff,
      ...defined({
        cursor,
        ttl_ms: typeof result.ttlMs === 'number' ? result.ttlMs : undefined,
        cache_scope: text(result.cacheScope),
      }),
    };
    data.result = { bytes: data.result?.bytes };
    if (cursor === undefined) connection.definitions = new Map();
    for (const tool of tools) connection.definitions.set(tool.name ?? '', tool);
    if (whole) connection.listed = new Map(hashes(pages).map((t) => [t.name, t.hash]));
    connection.pages = last ? null : pages;
    return undefined;
  },
  'resources/read'(data, params, result) {
    const uri = text(params.uri, 4096);
    const first = Array.isArray(result?.contents) ? object(result.contents[0]) : {};
    data.resource = defined({ uri, mime: text(first.mimeType), bytes: result ? data.result?.bytes : undefined });
    return uri;
  },
  'resources/subscribe'(data, params) {
    data.lifecycle = { event: 'subscribe' };
    return resourceOf(data, params);
  },
  'subscriptions/listen'(data) {
    data.lifecycle = { event: 'subscribe' };
    return undefined;
  },
  'resources/unsubscribe': resourceOf,
  'notifications/resources/updated': resourceOf,
  'prompts/get'(data, params, result) {
    const name = text(params.name);
    data.prompt = defined({
      name,
      arguments: params.arguments,
      message_count: Array.isArray(result?.messages) ? result.messages.length : undefined,
    });
    return name;
  },
  'sampling/createMessage'(data, params, result) {
    data.sampling = samplingOf(params, result);
    return undefined;
  },
  'elicitation/create'(data, params, result, _connection, sha256) {
    data.elicitation = elicitationOf(params, result, sha256);
    if (result) data.result = { bytes: data.result?.bytes, value: withoutTyped(result) };
    return undefined;
  },
  'notifications/elicitation/complete'(data, params) {
    data.elicitation = { mode: 'url', ...defined({ id: text(params.elicitationId) }) };
    return undefined;
  },
  'tasks/result'(data, _params, result) {
    if (!result) return undefined;
    Object.assign(data, sectionsOfAnswer(result));
    data.result = { bytes: data.result?.bytes, value: withoutTyped(result) };
    return undefined;
  },
  initialize(data, params, result) {
    data.lifecycle = {
      event: 'initialize',
      ...defined({
        requested_version: text(params.protocolVersion),
        negotiated_version: text(result?.protocolVersion),
        instructions: text(result?.instructions, 65_536),
      }),
    };
    return undefined;
  },
  'server/discover'(data, _params, result) {
    data.lifecycle = { event: 'discover', ...defined({ instructions: text(result?.instructions, 65_536) }) };
    return undefined;
  },
  'notifications/initialized'(data) {
    data.lifecycle = { event: 'initialized' };
    return undefined;
  },
};

function resourceOf(data: EventData, params: JsonObject): string | undefined {
  const uri = text(params.uri, 4096);
  data.resource = defined({ uri });
  return uri;
}

function outcomeOf(exchange: Exchange): EventData['outcome'] {
  const { id, answer, unanswered } = exchange;
  if (id === undefined) return { status: 'success' };
  if (!answer) return { status: unanswered === 'evicted' ? 'timeout' : 'unknown', reason_code: unanswered ?? 'open' };
  if ('error' in answer) return { status: 'failure', reason_code: String(answer.error.code) };
  const failed = isObject(answer.result) && answer.result.isError === true;
  return failed ? { status: 'failure', reason_code: 'tool_error' } : { status: 'success' };
}

/** Takes over names and versions: from the handshake (until 2025-11-25), or from each message's `_meta` (since 2026-07-28). */
function learn(exchange: Exchange, meta: JsonObject, result: JsonObject | undefined, connection: Connection): void {
  const { method, params } = exchange;
  const resultMeta = object(result?._meta);
  const handshake = method === 'initialize';
  const client = handshake ? params.clientInfo : meta[`${prefix}clientInfo`];
  if (isObject(client)) {
    const capabilities = handshake ? params.capabilities : meta[`${prefix}clientCapabilities`];
    connection.client = { ...party(client), ...defined({ capabilities }), assurance: 'claimed' };
  }
  const server = handshake ? result?.serverInfo : (resultMeta[`${prefix}serverInfo`] ?? undefined);
  if (isObject(server)) {
    const capabilities = handshake || method === 'server/discover' ? result?.capabilities : undefined;
    connection.server = { ...connection.server, ...party(server), ...defined({ capabilities }), assurance: 'claimed' };
  }
  const version = handshake ? text(result?.protocolVersion) : text(meta[`${prefix}protocolVersion`]);
  if (version !== undefined) connection.protocolVersion = version;
}

/** Capabilities are told once, where they were said. */
function brief<T extends { capabilities?: unknown }>(party: T | undefined, method: string): T | undefined {
  if (!party || method === 'initialize' || method === 'server/discover') return party;
  const { capabilities: _, ...rest } = party;
  return rest as T;
}

const party = (info: JsonObject) =>
  defined({ name: text(info.name), version: text(info.version), title: text(info.title) });

/** A definition as `tools/list` has it, in the envelope's members; those beyond are kept. */
function toDefinition(tool: JsonObject): ToolDefinition {
  const { _meta, name, title, description, ...rest } = tool;
  return {
    ...rest,
    ...defined({
      name: text(name) ?? '',
      title: text(title, 4096),
      description: text(description, Number.POSITIVE_INFINITY),
      meta: _meta,
    }),
  };
}
