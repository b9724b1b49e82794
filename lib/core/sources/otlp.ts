import type { JsonObject } from '../event/json';
import { refuse } from '../event/result';
import { readAttributes } from './attributes';
import { Fields } from './fields';
import { foreignEvent } from './foreign';
import { isLogRecord } from './otlp/record';
import type { Source } from './source';

/** Log records of any emitter that speaks OpenTelemetry's semantic conventions for MCP or GenAI. */
export const otlp: Source = {
  id: 'otlp',
  title: 'OpenTelemetry logs (MCP, GenAI)',
  detect: isLogRecord,

  toEvent(json, ctx) {
    const record = json as JsonObject;
    const known = Object.keys(record.attributes as JsonObject).some((name) => /^(mcp|gen_ai|jsonrpc)\./.test(name));
    if (!known)
      return refuse(
        'unknown_format',
        'The log record has no mcp.*, gen_ai.* or jsonrpc.* attribute; send only those of MCP traffic.',
      );
    const f = new Fields(record);
    f.text('otlp');
    const service = f.at('resource').text('service.name');
    const { type, subject, data } = readAttributes(f.at('attributes'), 'otlp', undefined);
    return foreignEvent(
      'otlp',
      json,
      {
        originalId: undefined,
        time: f.time('timeUnixNano') ?? f.time('observedTimeUnixNano'),
        emitter: service,
        type,
        subject,
        trace: { traceId: f.text('traceId'), spanId: f.text('spanId') },
        vantage: 'gateway',
        data,
        rest: f.rest(),
      },
      ctx,
    );
  },
};
