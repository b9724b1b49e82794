import type { AuditEvent } from '../event/envelope';
import { isObject, type JsonObject } from '../event/json';
import { ok, refuse } from '../event/result';
import type { Source } from './source';

/**
 * Ours: mcp.audit/1 as CloudEvents 1.0, structured (the whole event is the value), or binary (the value is `data`, the
 * attributes are headers named `ce_id` and so on, as in Kafka's binding).
 */
export const cloudEvents: Source = {
  id: 'cloudevents',
  title: 'CloudEvents (mcp.audit/1)',

  detect(json, headers) {
    if (headers.ce_specversion !== undefined) return true;
    return isObject(json) && typeof json.specversion === 'string' && typeof json.type === 'string';
  },

  toEvent(json, { headers }) {
    if (isObject(json) && typeof json.specversion === 'string' && typeof json.type === 'string') {
      if ('data_base64' in json) return refuse('wrong_schema', 'The event has "data_base64"; send "data" as JSON.');
      return ok(json as unknown as AuditEvent);
    }
    const event: JsonObject = {};
    for (const [header, value] of Object.entries(headers)) {
      const name = /^ce_([a-z0-9]{1,64})$/.exec(header)?.[1];
      if (name !== undefined) event[name] = value;
    }
    event.data = json;
    return ok(event as unknown as AuditEvent);
  },
};
