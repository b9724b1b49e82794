import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ServiceError } from '@/lib/services/error';
import { readBody } from '@/lib/services/http-body';
import { messagesOf } from '@/lib/services/http-messages';

const bytes = (text: string) => new TextEncoder().encode(text);
const texts = (type: string, body: string, more: Record<string, string> = {}) =>
  messagesOf(new Headers({ 'content-type': type, ...more }), bytes(body)).map((message) =>
    new TextDecoder().decode(message.bytes),
  );

describe('messagesOf', () => {
  test('cuts the body by its content type', () => {
    expect(texts('application/json; charset=utf-8', '[ {"a":[1,2]} ,{"a":1,"a": 2}]')).toEqual([
      '{"a":[1,2]}',
      '{"a":1,"a": 2}',
    ]);
    expect(texts('application/x-ndjson', '{"a":1}\n{"b"')).toEqual(['{"a":1}', '{"b"']);
  });

  test('a broken array costs none of its good items', () => {
    expect(texts('application/json', '[{"a":1},{"b":')).toEqual(['{"a":1}', '{"b":']);
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
    ['an empty body', 'application/json', '', 'invalid'],
    ['nothing', 'application/json', '[]', 'invalid'],
    ['no line', 'application/x-ndjson', '\n \n', 'invalid'],
    ['another type', 'text/plain', '{}', 'invalid'],
    ['too many', 'application/json', `[${'1,'.repeat(10_000)}1]`, 'too_large'],
  ])('refuses %s', (_, type, body, code) => {
    expect(() => texts(type, body)).toThrow(expect.objectContaining({ code }));
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
