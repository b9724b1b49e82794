import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { decodeOtlpLogs } from '@/lib/core/sources/otlp/request';

// The published definition, as far as it is needed, written as .proto: another reading than the product's.
const proto = `syntax = "proto3";
message Request { repeated ResourceLogs resource_logs = 1; }
message ResourceLogs { Resource resource = 1; repeated ScopeLogs scope_logs = 2; string schema_url = 3; }
message Resource { repeated KeyValue attributes = 1; uint32 dropped_attributes_count = 2; }
message ScopeLogs { Scope scope = 1; repeated LogRecord log_records = 2; string schema_url = 3; }
message Scope { string name = 1; string version = 2; repeated KeyValue attributes = 3; }
message LogRecord { fixed64 time_unix_nano = 1; fixed64 observed_time_unix_nano = 11; int32 severity_number = 2; string severity_text = 3;
  AnyValue body = 5; repeated KeyValue attributes = 6; uint32 dropped_attributes_count = 7; fixed32 flags = 8; bytes trace_id = 9; bytes span_id = 10; string event_name = 12; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; ArrayValue array_value = 5; KeyValueList kvlist_value = 6; bytes bytes_value = 7; } }
message ArrayValue { repeated AnyValue values = 1; }
message KeyValueList { repeated KeyValue values = 1; }`;
const Request = protobuf.parse(proto).root.lookupType('Request');

/** OTLP's JSON form differs from protobuf's in that ids are hexadecimal. */
function toProtobuf(request: unknown): Uint8Array {
  const text = JSON.stringify(request, (name, value) =>
    (name === 'traceId' || name === 'spanId') && typeof value === 'string'
      ? Buffer.from(value, 'hex').toString('base64')
      : value,
  );
  return Request.encode(Request.fromObject(JSON.parse(text))).finish();
}

const toJson = (request: unknown) => new TextEncoder().encode(JSON.stringify(request));
const records = (bytes: Uint8Array, encoding: 'json' | 'protobuf') => {
  const result = decodeOtlpLogs(bytes, encoding);
  if (!result.ok) throw new Error(result.refusal.detail);
  return result.value.map((record) =>
    record.ok ? JSON.parse(new TextDecoder().decode(record.value)) : record.refusal.reason,
  );
};

const request = (...logRecords: unknown[]) => ({
  resourceLogs: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'gateway' } }] },
      scopeLogs: [{ scope: { name: 'lib', version: '1' }, logRecords }],
    },
  ],
});

describe('decodeOtlpLogs', () => {
  test.each(['otlp/request', 'agentgateway/otlp-request'])('JSON and protobuf of %s say the same', (name) => {
    const fixture = JSON.parse(readFileSync(new URL(`../../fixtures/sources/${name}.json`, import.meta.url), 'utf8'));
    expect(records(toProtobuf(fixture), 'protobuf')).toEqual(records(toJson(fixture), 'json'));
  });

  test('64-bit numbers keep each digit', () => {
    const attributes = ['9007199254740991', '9007199254740993', '-9223372036854775808'].map((intValue, i) => ({
      key: `n${i}`,
      value: { intValue },
    }));
    const sent = request({ timeUnixNano: '18446744073709551615', attributes });
    for (const read of [records(toJson(sent), 'json'), records(toProtobuf(sent), 'protobuf')]) {
      expect(read).toEqual([
        {
          otlp: 'log',
          timeUnixNano: '18446744073709551615',
          attributes: { n0: 9007199254740991, n1: '9007199254740993', n2: '-9223372036854775808' },
          resource: { 'service.name': 'gateway' },
          scope: { name: 'lib', version: '1' },
        },
      ]);
    }
  });

  test('any value comes out the same by either way', () => {
    const { value } = fc.letrec<{ value: object }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.record({ stringValue: fc.string({ unit: 'grapheme' }) }),
        fc.record({ boolValue: fc.boolean() }),
        fc.record({ intValue: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) }),
        fc.record({ doubleValue: fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }) }),
        fc.record({
          bytesValue: fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes).toString('base64')),
        }),
        fc.record({ arrayValue: fc.record({ values: fc.array(tie('value'), { maxLength: 3 }) }) }),
        fc.record({
          kvlistValue: fc.record({
            values: fc.uniqueArray(fc.record({ key: fc.string(), value: tie('value') }), {
              maxLength: 3,
              selector: (pair) => pair.key,
            }),
          }),
        }),
      ),
    }));
    fc.assert(
      fc.property(value, (any) => {
        const sent = request({ body: any, attributes: [{ key: '__proto__', value: any }] });
        expect(records(toProtobuf(sent), 'protobuf')).toEqual(records(toJson(sent), 'json'));
      }),
      { numRuns: 300 },
    );
  });

  test('one bad record is refused alone', () => {
    const twice = ['a', 'a'].map((key) => ({ key, value: { stringValue: key } }));
    let deep: object = { stringValue: 'x' };
    for (let i = 0; i < 40; i++) deep = { arrayValue: { values: [deep] } };
    const sent = request(
      { body: { stringValue: '1' } },
      { attributes: twice },
      { body: deep },
      { body: { stringValue: '4' } },
    );
    const read = records(toProtobuf(sent), 'protobuf');
    expect(read.map((record) => record.body ?? record)).toEqual(['1', 'duplicate_key', 'too_deep', '4']);
  });

  test.each([
    ['json', new TextEncoder().encode('{"a":1}'), 'wrong_schema'],
    ['json', new TextEncoder().encode('{"resourceLogs":[{"x":1,"x":2}]}'), 'duplicate_key'],
    ['json', new TextEncoder().encode('nonsense'), 'not_json'],
    ['protobuf', Uint8Array.from([0xff, 0xff, 0xff]), 'wrong_schema'],
    ['protobuf', new TextEncoder().encode('{"resourceLogs":[]}'), 'wrong_schema'],
    ['protobuf', new Uint8Array((16 << 20) + 1), 'too_large'],
  ] as const)('%s: %# is refused', (encoding, bytes, reason) => {
    expect(decodeOtlpLogs(bytes, encoding)).toMatchObject({ ok: false, refusal: { reason } });
  });

  test('strings of protobuf that are not UTF-8, and nesting without end, are refused', () => {
    const body = Uint8Array.from([0x0a, 0x03, 0xed, 0xa0, 0x80]);
    const wrap = (tag: number, bytes: Uint8Array) => Uint8Array.from([tag, bytes.length, ...bytes]);
    const bytes = wrap(0x0a, wrap(0x12, wrap(0x12, wrap(0x2a, body))));
    expect(decodeOtlpLogs(bytes, 'protobuf')).toMatchObject({ ok: false, refusal: { reason: 'wrong_schema' } });
    let nested = Uint8Array.from([]);
    for (let i = 0; i < 5000; i++) nested = wrapLong(0x2a, wrapLong(0x0a, nested));
    expect(
      decodeOtlpLogs(wrapLong(0x0a, wrapLong(0x12, wrapLong(0x12, wrapLong(0x2a, nested)))), 'protobuf'),
    ).toMatchObject({
      ok: false,
    });
  });
});

function wrapLong(tag: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const length: number[] = [];
  for (let left = bytes.length; ; left >>>= 7) {
    length.push(left > 127 ? (left & 127) | 128 : left);
    if (left <= 127) break;
  }
  const out = new Uint8Array(1 + length.length + bytes.length);
  out.set([tag, ...length]);
  out.set(bytes, 1 + length.length);
  return out;
}
