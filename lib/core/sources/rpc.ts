import { contextMetaKey } from '../context/context-claim';
import { contextOf } from '../context/context-section';
import type { AuditEvent, EventData } from '../event/envelope';
import type { Sha256Hex } from '../event/hash';
import { isObject, type Json, type JsonObject } from '../event/json';
import { describe, newConnection } from '../mcp/describe';
import { readMessage } from '../mcp/message';
import { fromHex } from '../provenance/bytes';

export type Described = Pick<AuditEvent, 'type' | 'subject' | 'traceparent'> & { data: EventData };

/**
 * What a JSON-RPC request, with its response where there is one, says by itself: type (without `mcp.audit.` and
 * `.v1`), subject and data. Null where `request` is neither request nor notification.
 */
export function describeRpc(request: Json, response: Json | undefined, sha256: Sha256Hex): Described | null {
  const message = readMessage(request as JsonObject);
  if (message.kind !== 'request' && message.kind !== 'notification') return null;
  const answer = response === undefined ? undefined : readMessage(response as JsonObject);
  const circumstance = { scope: '', direction: 'to_server' as const, at: 0 };
  const described = describe(
    {
      method: message.method,
      params: message.params,
      ...(message.kind === 'request' ? { id: message.id } : {}),
      sent: { ...circumstance, bytes: byteLength(request) },
      ...(answer?.kind === 'response'
        ? { answer: answer.answer, answered: { ...circumstance, bytes: byteLength(response) } }
        : {}),
    },
    newConnection(),
    sha256,
  );
  const { tools_list } = described.data;
  if (tools_list) {
    // What a list changed takes a memory of the lists before.
    const { added: _added, changed: _changed, removed: _removed, ...listed } = tools_list;
    described.data.tools_list = listed;
  }
  const result = answer?.kind === 'response' && 'result' in answer.answer ? answer.answer.result : undefined;
  const given = isObject(result) ? result : undefined;
  if (saysContext(message.params) || saysContext(given)) {
    const tools = { sha256: (value: string | Uint8Array) => fromHex(sha256(value)), crypto: null };
    const context = contextOf(described.data, { message: message.params }, { message: given }, undefined, tools);
    if (context) described.data.context = context;
  }
  described.type = described.type.slice('mcp.audit.'.length, -'.v1'.length);
  return described;
}

const saysContext = (value: JsonObject | undefined): boolean =>
  isObject(value?._meta) && Object.hasOwn(value._meta, contextMetaKey);

/** Of a value as compact JSON: how it came over the wire is not known any more. */
function byteLength(value: Json | undefined): number {
  const text = JSON.stringify(value);
  return beyondAscii.test(text) ? utf8.encode(text).length : text.length;
}
const beyondAscii = /[^ -~]/;
const utf8 = new TextEncoder();

/** A JSON-RPC message, by its looks. */
export const isRpc = (value: unknown): value is JsonObject =>
  isObject(value) &&
  (value.jsonrpc === '2.0' || value.jsonrpc === undefined) &&
  (typeof value.method === 'string' || ('id' in value && ('result' in value || isObject(value.error))));
