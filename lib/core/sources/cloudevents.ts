import type { AuditEvent } from '../event/envelope';
import { isObject, type JsonObject } from '../event/json';
import { ok, refuse } from '../judge/result';
import type { Source } from './source';

/**
 * Ours: mcp.audit/1 as CloudEvents 1.0, structured (the whole event is the value), or binary (the value is `data`, the
 * attributes are headers: `ce_id` in Kafka, `ce-id`, percent-encoded, in HTTP).
 */
export const cloudEvents: Source = {
  id: 'cloudevents',
  title: 'CloudEvents (mcp.audit/1)',

  detect(json, headers) {
    if (headers.ce_specversion !== undefined || headers['ce-specversion'] !== undefined) return true;
    return isObject(json) && typeof json.specversion === 'string' && typeof json.type === 'string';
  },

  toEvent(json, { headers }) {
    if (isObject(json) && typeof json.specversion === 'string' && typeof json.type === 'string') {
      if ('data_base64' in json) return refuse('wrong_schema', 'The event has "data_base64"; send "data" as JSON.');
      return ok(json as unknown as AuditEvent);
    }
    const event: JsonObject = {};
    for (const [header, value] of Object.entries(headers)) {
      const name = /^ce[_-]([a-z0-9]{1,64})$/.exec(header)?.[1];
      if (name === undefined) continue;
      const text = header[2] === '-' ? percentDecoded(value) : value;
      if (text === null) return refuse('wrong_schema', `The header ${header} is not percent-encoded UTF-8.`);
      event[name] = text;
    }
    event.data = json;
    return ok(event as unknown as AuditEvent);
  },
};

function percentDecoded(value: string): string | null {
  try {
    return decodeURIComponent(value);
  } catch {
    return null;
  }
}
