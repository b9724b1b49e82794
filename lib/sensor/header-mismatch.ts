import { isObject } from '../core/event/json';
import { readJson } from './safe-content';

/**
 * Since 2026-07-28 the headers Mcp-Method and Mcp-Name repeat what the body says, for whoever routes without reading it.
 * True where they say something else than the body; undefined where there are none, or the body is not one message.
 */
export function headerMismatch(headers: Record<string, string>, body: Buffer): boolean | undefined {
  const method = headers['mcp-method'];
  const name = headers['mcp-name'];
  if (method === undefined && name === undefined) return undefined;
  const message = readJson(body)?.value;
  if (!isObject(message)) return undefined;
  const params = isObject(message.params) ? message.params : {};
  const named = params.name ?? params.uri ?? params.taskId;
  if (method !== undefined && method !== message.method) return true;
  return name !== undefined && decodeSentinel(name) !== named;
}

/** A value that no header can hold is sent as `=?base64?<base64 of UTF-8>?=`. */
function decodeSentinel(value: string): string {
  const match = /^=\?base64\?([A-Za-z0-9+/=]*)\?=$/i.exec(value);
  return match ? Buffer.from(match[1] as string, 'base64').toString('utf8') : value;
}
