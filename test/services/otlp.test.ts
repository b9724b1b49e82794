import { describe, expect, test } from 'vitest';
import { otlpEncodingOf, otlpFailure, otlpMessages, otlpResponse } from '@/lib/services/otlp';
import { encodeWith, logsRequest, logsResponse, rpcStatus } from '@/lib/services/otlp-schema';

const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const resource = { attributes: [attribute('service.name', 'agentgateway')] };
const scope = { name: 'access' };
const record = (n: number) => ({
  timeUnixNano: '1764000000000000001',
  body: { stringValue: `call ${n}` },
  attributes: [attribute('mcp.method.name', 'tools/call'), { key: 'n', value: { intValue: '9007199254740993' } }],
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
});
const request = { resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: [record(1), record(2)] }] }] };
const binary = (value: typeof request) => {
  const copy = structuredClone(value) as unknown as {
    resourceLogs: { scopeLogs: { logRecords: { traceId: unknown; spanId: unknown }[] }[] }[];
  };
  for (const { scopeLogs } of copy.resourceLogs)
    for (const { logRecords } of scopeLogs)
      for (const item of logRecords) {
        item.traceId = Buffer.from(item.traceId as string, 'hex');
        item.spanId = Buffer.from(item.spanId as string, 'hex');
      }
  return encodeWith(logsRequest, copy);
};
const bytes = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const parsed = (messages: ReturnType<typeof otlpMessages>) =>
  messages.map((message) => JSON.parse(new TextDecoder().decode(message.bytes)));

describe('otlpMessages', () => {
  const single = (n: number) => ({ resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: [record(n)] }] }] });

  test('gives each record its resource and scope, the same from JSON as from protobuf', () => {
    expect(parsed(otlpMessages('json', bytes(request)))).toEqual([single(1), single(2)]);
    expect(parsed(otlpMessages('protobuf', binary(request)))).toEqual([single(1), single(2)]);
    expect(otlpMessages('json', bytes(request)).map((message) => message.position)).toEqual([0n, 1n]);
  });

  test('an empty request has no records', () => {
    expect(otlpMessages('json', bytes({}))).toEqual([]);
    expect(otlpMessages('protobuf', new Uint8Array(0))).toEqual([]);
  });

  test.each([
    ['json', '{"resourceLogs":'],
    ['json', '{"resourceLogs":[1]}'],
    ['json', '{"resourceLogs":{"a":1}}'],
    ['json', '{"resourceLogs":[],"resourceLogs":[]}'],
    ['json', 'null'],
    ['json', '\u{feff}{}'],
    ['protobuf', '\u000a\u00ff'],
  ] as const)('refuses %s %j', (encoding, text) => {
    expect(() => otlpMessages(encoding, bytes(text))).toThrow(expect.objectContaining({ code: 'invalid' }));
  });

  test('a nesting bomb is refused, not a crash', () => {
    // kvlist in kvlist: each level is one AnyValue with tag 6 around a KeyValueList with tag 1 around a KeyValue with tag 2.
    let value = Buffer.from([0x0a, 0x01, 0x61]);
    const wrap = (tag: number, inner: Buffer) => {
      const length: number[] = [];
      for (let n = inner.length; ; n >>>= 7) {
        length.push(n > 127 ? (n & 127) | 128 : n);
        if (n <= 127) break;
      }
      return Buffer.concat([Buffer.from([tag, ...length]), inner]);
    };
    for (let i = 0; i < 3000; i++) value = wrap(0x32, wrap(0x0a, wrap(0x12, value)));
    const body = wrap(0x0a, wrap(0x12, wrap(0x12, wrap(0x2a, value))));
    let answer: unknown;
    try {
      answer = otlpMessages('protobuf', body).length;
    } catch (error) {
      answer = (error as { code?: string }).code;
    }
    // Read in whole (then the judge refuses the depth), or refused here.
    expect([1, 'invalid']).toContain(answer);
  });
});

test('encodings by content type', () => {
  const encodingOf = (type: string) => otlpEncodingOf(new Headers({ 'content-type': type }));
  expect(encodingOf('application/json; charset=utf-8')).toBe('json');
  expect(encodingOf('application/x-protobuf')).toBe('protobuf');
  expect(() => encodingOf('text/plain')).toThrow(expect.objectContaining({ code: 'invalid' }));
});

test('answers in the encoding of the request', async () => {
  expect(await otlpResponse('json', 0, '').json()).toEqual({});
  expect(await otlpResponse('json', 2, 'why').json()).toEqual({
    partialSuccess: { rejectedLogRecords: '2', errorMessage: 'why' },
  });
  const answer = otlpResponse('protobuf', 2, 'why');
  expect(answer.headers.get('content-type')).toBe('application/x-protobuf');
  const decoded = logsResponse.decode(new Uint8Array(await answer.arrayBuffer()));
  expect(logsResponse.toObject(decoded, { longs: Number })).toEqual({
    partialSuccess: { rejectedLogRecords: 2, errorMessage: 'why' },
  });
  const failure = otlpFailure('protobuf', 401, 'no key');
  expect(failure.status).toBe(401);
  expect(rpcStatus.toObject(rpcStatus.decode(new Uint8Array(await failure.arrayBuffer())))).toEqual({
    code: 16,
    message: 'no key',
  });
});
