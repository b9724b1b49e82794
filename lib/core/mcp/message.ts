import { isObject, type Json, type JsonObject } from '../event/json';

/** Who a message goes to. */
export type Direction = 'to_server' | 'to_client';

export type MessageId = string | number;

export type Message =
  | { kind: 'request'; id: MessageId; method: string; params: JsonObject }
  | { kind: 'notification'; method: string; params: JsonObject }
  | { kind: 'response'; id: MessageId; answer: Answer }
  | { kind: 'invalid' };

export type Answer = { result: Json } | { error: { code: number; message: string; data?: Json } };

/** Reads one parsed JSON value as a JSON-RPC 2.0 message. Never throws; what isn't one is `invalid`. */
export function readMessage(value: unknown): Message {
  if (!isObject(value)) return { kind: 'invalid' };
  const { id, method, params: given } = value;
  const known = typeof id === 'string' || typeof id === 'number';
  if (typeof method === 'string') {
    const params = isObject(given) ? given : given === undefined ? {} : { positional: given };
    if (known) return { kind: 'request', id, method, params };
    return id === undefined ? { kind: 'notification', method, params } : { kind: 'invalid' };
  }
  if (known && value.result !== undefined) return { kind: 'response', id, answer: { result: value.result } };
  if (known && isObject(value.error)) {
    const { code, message, data } = value.error;
    return {
      kind: 'response',
      id,
      answer: {
        error: {
          code: typeof code === 'number' && Number.isSafeInteger(code) ? code : 0,
          message: typeof message === 'string' ? message : '',
          ...(data === undefined ? {} : { data }),
        },
      },
    };
  }
  return { kind: 'invalid' };
}
