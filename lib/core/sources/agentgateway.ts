import { isObject, type Json, type JsonObject } from '../event/json';
import { readAttributes } from './attributes';
import { Fields } from './fields';
import { foreignEvent, section } from './foreign';
import { isLogRecord } from './otlp/record';
import type { Source } from './source';

/** agentgateway's access log: a JSON line, or, with `frontendPolicies.accessLog.otlp`, a log record with the same names. */
export const agentGateway: Source = {
  id: 'agentgateway',
  title: 'agentgateway',

  detect(json) {
    const fields = isLogRecord(json) ? json.attributes : json;
    return (
      isObject(fields) &&
      typeof fields.gateway === 'string' &&
      (typeof fields.route === 'string' || typeof fields.listener === 'string' || typeof fields.endpoint === 'string')
    );
  },

  toEvent(json, ctx) {
    const record = isLogRecord(json);
    const f = new Fields(json as JsonObject);
    const said = record ? f.at('attributes') : f;
    const { type, subject, data } = readAttributes(said, 'agentgateway', said.text('mcp.target') ?? said.text('route'));
    const status = said.integer('http.status');
    const address = said.text('src.addr');
    data.mcp = {
      ...data.mcp,
      ...section({ transport: data.mcp?.transport ?? ('streamable_http' as const) }),
      http: section({ method: said.text('http.method'), path: said.text('http.path', 4096), status }) ?? {},
    };
    if (address) data.actor = { ...data.actor, ip: address.replace(/:\d+$/, '') };
    const identity = said.text('src.identity');
    if (identity && data.actor?.id === undefined)
      data.actor = { ...data.actor, type: 'service', id: identity, id_assurance: 'verified' };
    if (data.actor?.id !== undefined) data.actor.id_assurance = 'verified';
    if (status === 401 || status === 403)
      data.outcome = { status: 'denied', disposition: 'denied', reason_code: String(status) };
    else if (status !== undefined && status >= 400) data.outcome = { status: 'failure', reason_code: String(status) };
    const duration = microsecondsOf(said.any('duration'));
    if (duration) data.timing = { duration_us: duration };
    return foreignEvent(
      'agentgateway',
      json,
      {
        originalId: undefined,
        time: f.time('timeUnixNano') ?? f.time('observedTimeUnixNano') ?? f.time('time'),
        emitter: said.word('gateway'),
        type: data.mcp?.method === undefined && type === 'rpc.unknown' ? 'emitter.log' : type,
        subject,
        trace: {
          traceId: said.text('trace.id') ?? f.text('traceId'),
          spanId: said.text('span.id') ?? f.text('spanId'),
        },
        vantage: 'gateway',
        data,
        rest: f.rest(),
      },
      ctx,
    );
  },
};

/** `12ms`, `1.5s`, `800µs`; a bare number is of milliseconds. */
function microsecondsOf(value: Json | undefined): string | undefined {
  const parts = /^(\d{1,9}(?:\.\d{1,9})?)(ns|us|µs|μs|ms|s)?$/.exec(String(value ?? ''));
  if (!parts) return undefined;
  const factor = { ns: 0.001, us: 1, µs: 1, μs: 1, ms: 1000, s: 1_000_000 }[parts[2] ?? 'ms'] ?? 1000;
  return String(Math.round(Number(parts[1]) * factor));
}
