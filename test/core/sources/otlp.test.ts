import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeOtlpLogs } from '@/lib/core/sources/otlp/request';
import { toProtobuf } from '../../support/otlp';

const toJson = (request: unknown) => new TextEncoder().encode(JSON.stringify(request));
const records = (bytes: Uint8Array, encoding: 'json' | 'protobuf') => {
  const result = decodeOtlpLogs(bytes, encoding);
  if (!result.ok) throw new Error(result.refusal.detail);
  return result.value.map(({ bytes, refusal }) => refusal?.reason ?? JSON.parse(new TextDecoder().decode(bytes)));
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

  test('a request without records is empty, and what is no record is refused alone', () => {
    expect(records(toJson({}), 'json')).toEqual([]);
    expect(records(new Uint8Array(0), 'protobuf')).toEqual([]);
    const sent = request({ body: { stringValue: '1' } });
    expect(records(toJson({ resourceLogs: [1, { scopeLogs: [null] }, ...sent.resourceLogs] }), 'json')).toMatchObject([
      'wrong_schema',
      'wrong_schema',
      { body: '1' },
    ]);
  });

  test('a record of protobuf whose text is not UTF-8, or nests without end, is refused alone', () => {
    const body = (value: Uint8Array) => wrapLong(0x12, wrapLong(0x2a, value));
    const good = body(wrapLong(0x0a, new TextEncoder().encode('ok')));
    const latin = body(wrapLong(0x0a, Uint8Array.from([0xed, 0xa0, 0x80])));
    let nested = Uint8Array.from([]);
    for (let i = 0; i < 5000; i++) nested = wrapLong(0x2a, wrapLong(0x0a, nested));
    const all = Buffer.concat([good, latin, body(nested), good]);
    expect(records(wrapLong(0x0a, wrapLong(0x12, new Uint8Array(all))), 'protobuf')).toMatchObject([
      { body: 'ok' },
      'wrong_schema',
      expect.stringMatching(/^(wrong_schema|too_deep)$/),
      { body: 'ok' },
    ]);
  });

  test('more records than a body may hold are refused whole', () => {
    const sent = request(...Array.from({ length: 10_001 }, () => ({})));
    expect(decodeOtlpLogs(toJson(sent), 'json')).toMatchObject({ ok: false, refusal: { reason: 'too_large' } });
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
