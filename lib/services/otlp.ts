import protobuf from 'protobufjs';
import type { RefusedMessage } from '../core/judge/read';
import { decodeOtlpLogs } from '../core/sources/otlp/request';
import { ServiceError } from './error';
import { refusedBody } from './http-messages';

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
 * One message for each log record of an ExportLogsServiceRequest; one that can't be read comes with its refusal. An empty
 * request has none. Throws ServiceError `invalid` or `too_large`.
 */
export function otlpMessages(encoding: OtlpEncoding, body: Uint8Array): RefusedMessage[] {
  const records = decodeOtlpLogs(body, encoding);
  if (!records.ok) throw refusedBody(records.refusal);
  return records.value.map((record, at) => ({ ...record, headers: {}, position: BigInt(at) }));
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
  const body = encoding === 'json' ? JSON.stringify(value) : type.encode(type.fromObject(value)).finish();
  const headers = new Headers(more);
  headers.set('content-type', contentTypes[encoding]);
  headers.set('cache-control', 'no-store');
  return new Response(body as BodyInit, { status, headers });
}

/** What OTLP/HTTP answers in protobuf. */
const { root } = protobuf.parse(`
syntax = "proto3";
message ExportLogsServiceResponse { ExportLogsPartialSuccess partial_success = 1; }
message ExportLogsPartialSuccess { int64 rejected_log_records = 1; string error_message = 2; }
message Status { int32 code = 1; string message = 2; }
`);
const logsResponse = root.lookupType('ExportLogsServiceResponse');
const rpcStatus = root.lookupType('Status');
