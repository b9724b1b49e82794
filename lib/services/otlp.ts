import type protobuf from 'protobufjs';
import type { Message } from '../core/judge/contract';
import { findDuplicateKey } from '../core/judge/duplicate-key';
import { ServiceError } from './error';
import { maxItems } from './http-messages';
import { encodeWith, logsRequest, logsResponse, rpcStatus } from './otlp-schema';

export type OtlpEncoding = 'json' | 'protobuf';

const contentTypes: Record<OtlpEncoding, string> = { json: 'application/json', protobuf: 'application/x-protobuf' };

/** Encoding of an OTLP/HTTP request, in which its answer goes too. Throws ServiceError `invalid` for another. */
export function otlpEncodingOf(headers: Headers): OtlpEncoding {
  const type = (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (type === contentTypes.json) return 'json';
  if (type === contentTypes.protobuf) return 'protobuf';
  throw new ServiceError(
    'invalid',
    'The content type is not one of OTLP/HTTP.',
    'Send application/x-protobuf or application/json.',
  );
}

/**
 * One message for each log record of an ExportLogsServiceRequest: an OTLP/JSON request with that one record, its
 * resource and its scope. An empty request has none. Throws ServiceError `invalid` or `too_large`.
 */
export function otlpMessages(encoding: OtlpEncoding, body: Uint8Array): Message[] {
  const messages: Message[] = [];
  for (const record of recordsOf(encoding === 'json' ? fromJson(body) : fromProtobuf(body))) {
    if (messages.length === maxItems) {
      throw new ServiceError('too_large', `There are more than ${maxItems} log records.`, 'Send smaller batches.');
    }
    const bytes = new TextEncoder().encode(JSON.stringify(record));
    messages.push({ bytes, headers: { 'content-type': contentTypes.json }, position: BigInt(messages.length) });
  }
  return messages;
}

/** The answer to a request whose records were all looked at; `rejected` of them are dead letters. */
export function otlpResponse(encoding: OtlpEncoding, rejected: number, message: string): Response {
  const partialSuccess = { rejectedLogRecords: String(rejected), errorMessage: message };
  return respond(encoding, 200, logsResponse, rejected > 0 ? { partialSuccess } : {});
}

/** The answer to a request that failed as a whole: google.rpc.Status, as OTLP/HTTP asks. */
export function otlpFailure(encoding: OtlpEncoding, status: number, message: string, headers?: HeadersInit): Response {
  const codes: Record<number, number> = { 400: 3, 401: 16, 403: 7, 413: 8, 429: 8 };
  // A status that OTLP clients try again after: 503 rather than 500.
  const retried = status === 500 ? 503 : status;
  return respond(encoding, retried, rpcStatus, { code: codes[status] ?? 14, message }, headers);
}

function respond(
  encoding: OtlpEncoding,
  status: number,
  type: protobuf.Type,
  value: object,
  more?: HeadersInit,
): Response {
  const body = encoding === 'json' ? JSON.stringify(value) : encodeWith(type, value);
  const headers = new Headers(more);
  headers.set('content-type', contentTypes[encoding]);
  headers.set('cache-control', 'no-store');
  return new Response(body as BodyInit, { status, headers });
}

type Loose = { [name: string]: unknown };
const listOf = (value: unknown): Loose[] => {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null)) return value;
  throw notOtlp();
};

function* recordsOf(request: Loose): Iterable<Loose> {
  for (const { scopeLogs, ...resource } of listOf(request.resourceLogs)) {
    for (const { logRecords, ...scope } of listOf(scopeLogs)) {
      for (const record of listOf(logRecords)) {
        yield { resourceLogs: [{ ...resource, scopeLogs: [{ ...scope, logRecords: [record] }] }] };
      }
    }
  }
}

function fromJson(body: Uint8Array): Loose {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
    const value: unknown = JSON.parse(text);
    // Cut into records, a name that stands twice would be lost before the judge can refuse it.
    if (typeof value === 'object' && value !== null && findDuplicateKey(text) === null) return value as Loose;
  } catch (cause) {
    throw notOtlp(cause);
  }
  throw notOtlp();
}

/** The protobuf request in the form of OTLP/JSON: 64-bit numbers as strings, trace and span ids in hexadecimal. */
function fromProtobuf(body: Uint8Array): Loose {
  let request: Loose;
  try {
    request = logsRequest.toObject(logsRequest.decode(body), { longs: String, bytes: String });
  } catch (cause) {
    throw notOtlp(cause);
  }
  for (const { scopeLogs } of listOf(request.resourceLogs)) {
    for (const { logRecords } of listOf(scopeLogs)) {
      for (const record of listOf(logRecords)) {
        for (const name of ['traceId', 'spanId']) {
          if (typeof record[name] === 'string') record[name] = Buffer.from(record[name], 'base64').toString('hex');
        }
      }
    }
  }
  return request;
}

const notOtlp = (cause?: unknown) =>
  new ServiceError(
    'invalid',
    'The body is not an ExportLogsServiceRequest.',
    'Send OTLP logs in the encoding that the content type names, without a name twice in one object.',
    { cause },
  );
