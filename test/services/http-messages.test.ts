import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ServiceError } from '@/lib/services/error';
import { readBody } from '@/lib/services/http-body';
import { maxItems, messagesOf } from '@/lib/services/http-messages';

const bytes = (text: string) => new TextEncoder().encode(text);
const texts = (type: string, body: string, more: Record<string, string> = {}) =>
  messagesOf(new Headers({ 'content-type': type, ...more }), bytes(body)).map((message) =>
    new TextDecoder().decode(message.bytes),
  );

describe('messagesOf', () => {
  test.each([
    ['one object', 'application/json', ' {"a":1} ', [' {"a":1} ']],
    ['one CloudEvent', 'application/cloudevents+json; charset=utf-8', '{"a":1}', ['{"a":1}']],
    ['an array', 'application/json', '[ {"a":[1,2]} ,{"b":"],{"}\n]', ['{"a":[1,2]}', '{"b":"],{"}']],
    ['a batch', 'application/cloudevents-batch+json', '[{"a":"\\""},3]', ['{"a":"\\""}', '3']],
    ['lines', 'application/x-ndjson', '{"a":1}\r\n\n{"b":2}', ['{"a":1}', '{"b":2}']],
    ['a broken line stays for the judge', 'application/x-ndjson', '{"a":1}\n{"b"', ['{"a":1}', '{"b"']],
    ['duplicate keys and spacing are kept', 'application/json', '[{"a":1,"a": 2}]', ['{"a":1,"a": 2}']],
  ])('%s', (_, type, body, expected) => {
    expect(texts(type, body)).toEqual(expected);
  });

  test('CloudEvents binary mode hands the attributes on, percent-decoded, and leaves other headers out', () => {
    const headers = new Headers({
      'content-type': 'application/json',
      'ce-id': '1',
      'ce-subject': 'caf%C3%A9',
      'ce-source': '100%',
      authorization: 'Bearer cst_secret',
    });
    const [message] = messagesOf(headers, bytes('[1,2]'));
    expect(message?.headers).toEqual({
      'content-type': 'application/json',
      ce_id: '1',
      ce_subject: 'café',
      ce_source: '100%',
    });
    expect(new TextDecoder().decode(message?.bytes)).toBe('[1,2]');
  });

  test.each([
    ['nothing', 'application/json', '[]', 'invalid'],
    ['no line', 'application/x-ndjson', '\n \n', 'invalid'],
    ['an open array', 'application/json', '[{"a":1}', 'invalid'],
    ['an open string', 'application/json', '["a', 'invalid'],
    ['a comma too many', 'application/json', '[1,]', 'invalid'],
    ['two commas', 'application/json', '[1,,2]', 'invalid'],
    ['something behind', 'application/json', '[1] 2', 'invalid'],
    ['a wrong bracket', 'application/json', '[1}', 'invalid'],
    ['another type', 'text/plain', '{}', 'invalid'],
    ['too many', 'application/json', `[${'1,'.repeat(maxItems)}1]`, 'too_large'],
  ])('refuses %s', (_, type, body, code) => {
    expect(() => texts(type, body)).toThrow(expect.objectContaining({ code }));
  });

  test('cuts any JSON array into what JSON.parse finds in it', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { minLength: 1 }), fc.constantFrom(undefined, 2, '\t'), (items, space) => {
        const cut = texts('application/json', JSON.stringify(items, null, space));
        expect(cut.map((text) => JSON.parse(text))).toEqual(JSON.parse(JSON.stringify(items)));
      }),
    );
  });
});

describe('readBody', () => {
  const request = (body: Uint8Array, encoding?: string) =>
    new Request('http://custody.test/', {
      method: 'POST',
      body: body as BodyInit,
      headers: encoding ? { 'content-encoding': encoding } : {},
    });
  const code = async (promise: Promise<unknown>) =>
    promise.then(
      () => 'ok',
      (error: unknown) => (error instanceof ServiceError ? error.code : error),
    );

  test('gives the bytes, gunzipped where they are gzip', async () => {
    expect(await readBody(request(bytes('abc')))).toEqual(bytes('abc'));
    expect(await readBody(request(gzipSync('abc'), 'gzip'))).toEqual(bytes('abc'));
  });

  test('stops at the bounds, a bomb included', async () => {
    const limits = { sent: 1000, unfolded: 2000 };
    expect(await code(readBody(request(bytes('a'.repeat(1000))), limits))).toBe('ok');
    expect(await code(readBody(request(bytes('a'.repeat(1001))), limits))).toBe('too_large');
    expect(await code(readBody(request(gzipSync('a'.repeat(2000)), 'gzip'), limits))).toBe('ok');
    expect(await code(readBody(request(gzipSync('a'.repeat(2001)), 'gzip'), limits))).toBe('too_large');
    expect(await code(readBody(request(gzipSync(Buffer.alloc(100_000)), 'gzip'), limits))).toBe('too_large');
  });

  test('refuses what is not gzip, is cut short, or has another encoding', async () => {
    expect(await code(readBody(request(bytes('abc'), 'gzip')))).toBe('invalid');
    expect(await code(readBody(request(gzipSync('a'.repeat(500)).subarray(0, 15), 'gzip')))).toBe('invalid');
    expect(await code(readBody(request(bytes('abc'), 'br')))).toBe('invalid');
  });
});
