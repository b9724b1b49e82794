import { describe, expect, test } from 'vitest';
import { otlpEncodingOf, otlpFailure, otlpMessages, otlpResponse } from '@/lib/services/otlp';
import { answerOf, toProtobuf } from '../support/otlp';

const bytes = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const request = { resourceLogs: [{ scopeLogs: [{ logRecords: [1, 2].map((n) => ({ body: { intValue: n } })) }] }] };

describe('otlpMessages', () => {
  test.each([
    ['json', bytes(request)],
    ['protobuf', toProtobuf(request)],
  ] as const)('%s: a message for each record', (encoding, body) => {
    const messages = otlpMessages(encoding, body);
    expect(messages.map(({ position, refusal }) => [position, refusal])).toEqual([
      [0n, null],
      [1n, null],
    ]);
    expect(messages.map((message) => JSON.parse(new TextDecoder().decode(message.bytes)).body)).toEqual([1, 2]);
  });

  test.each([
    ['json', '{"resourceLogs":'],
    ['json', '{"resourceLogs":{"a":1}}'],
    ['json', '{"resourceLogs":[],"resourceLogs":[]}'],
    ['json', 'null'],
    ['protobuf', '\u000a\u00ff'],
  ] as const)('refuses %s %j', (encoding, text) => {
    expect(() => otlpMessages(encoding, bytes(text))).toThrow(expect.objectContaining({ code: 'invalid' }));
  });

  test('refuses more records than a body may hold', () => {
    const many = { resourceLogs: [{ scopeLogs: [{ logRecords: Array(10_001).fill({}) }] }] };
    expect(() => otlpMessages('json', bytes(many))).toThrow(expect.objectContaining({ code: 'too_large' }));
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
  expect(await answerOf(answer, 'Response')).toEqual({
    partialSuccess: { rejectedLogRecords: 2, errorMessage: 'why' },
  });
  const failure = otlpFailure('protobuf', 401, 'no key');
  expect(failure.status).toBe(401);
  expect(await answerOf(failure, 'Status')).toEqual({ code: 16, message: 'no key' });
});
