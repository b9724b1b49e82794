import protobuf from 'protobufjs/light';
import { canonicalJson } from '../../event/canonical';
import { isObject } from '../../event/json';
import { decodeJson } from '../../judge/decode';
import { ok, type Result, refuse } from '../../judge/result';
import { logRecords } from './record';

/** Bounds of a whole request; each record is held against those of a message later. */
const bounds = { bytes: 16 << 20, depth: 64, members: 1_000_000 };

/**
 * The body of `POST /v1/logs` as one message for each log record: the bytes of its JSON value, which the ordinary way
 * of an event takes like any other; a record that can't be read becomes a refusal for it alone. `body`: decompressed.
 */
export function decodeOtlpLogs(body: Uint8Array, encoding: 'json' | 'protobuf'): Result<Result<Uint8Array>[]> {
  const request = encoding === 'json' ? fromJson(body) : fromProtobuf(body);
  if (!request.ok) return request;
  return ok(logRecords(request.value).map((record) => (record.ok ? toBytes(record.value) : record)));
}

function fromJson(body: Uint8Array): Result<unknown> {
  const decoded = decodeJson(body, bounds);
  if (!decoded.ok) return decoded;
  const { value } = decoded.value;
  if (isObject(value) && Array.isArray(value.resourceLogs)) return ok(value);
  return refuse('wrong_schema', 'The body lacks "resourceLogs"; send an ExportLogsServiceRequest.');
}

function fromProtobuf(body: Uint8Array): Result<unknown> {
  if (body.length > bounds.bytes) {
    return refuse('too_large', `The request has ${body.length} bytes; send at most ${bounds.bytes}.`);
  }
  try {
    const type = requestType();
    return ok(type.toObject(type.decode(body), { longs: String, enums: Number }));
  } catch {
    return refuse(
      'wrong_schema',
      'The body is no ExportLogsServiceRequest in protobuf; check content type and encoding.',
    );
  }
}

function toBytes(record: unknown): Result<Uint8Array> {
  try {
    return ok(new TextEncoder().encode(canonicalJson(record)));
  } catch {
    return refuse('not_utf8', 'A string of the log record is not UTF-8; send text in UTF-8.');
  }
}

/** The part of opentelemetry/proto that a logs request is made of. */
const definition: protobuf.INamespace = {
  nested: {
    ExportLogsServiceRequest: fields({ resourceLogs: ['ResourceLogs', 1, 'repeated'] }),
    ResourceLogs: fields({ resource: ['Resource', 1], scopeLogs: ['ScopeLogs', 2, 'repeated'] }),
    Resource: fields({ attributes: ['KeyValue', 1, 'repeated'] }),
    ScopeLogs: fields({ scope: ['Scope', 1], logRecords: ['LogRecord', 2, 'repeated'] }),
    Scope: fields({ name: ['string', 1], version: ['string', 2] }),
    LogRecord: fields({
      timeUnixNano: ['fixed64', 1],
      severityNumber: ['int32', 2],
      severityText: ['string', 3],
      body: ['AnyValue', 5],
      attributes: ['KeyValue', 6, 'repeated'],
      traceId: ['bytes', 9],
      spanId: ['bytes', 10],
      observedTimeUnixNano: ['fixed64', 11],
      eventName: ['string', 12],
    }),
    KeyValue: fields({ key: ['string', 1], value: ['AnyValue', 2] }),
    AnyValue: {
      oneofs: {
        value: {
          oneof: ['stringValue', 'boolValue', 'intValue', 'doubleValue', 'arrayValue', 'kvlistValue', 'bytesValue'],
        },
      },
      ...fields({
        stringValue: ['string', 1],
        boolValue: ['bool', 2],
        intValue: ['int64', 3],
        doubleValue: ['double', 4],
        arrayValue: ['ArrayValue', 5],
        kvlistValue: ['KeyValueList', 6],
        bytesValue: ['bytes', 7],
      }),
    },
    ArrayValue: fields({ values: ['AnyValue', 1, 'repeated'] }),
    KeyValueList: fields({ values: ['KeyValue', 1, 'repeated'] }),
  },
};

function fields(members: Record<string, [type: string, id: number, rule?: 'repeated']>): protobuf.IType {
  return {
    fields: Object.fromEntries(
      Object.entries(members).map(([name, [type, id, rule]]) => [name, rule ? { type, id, rule } : { type, id }]),
    ),
  } as protobuf.IType;
}

let type: protobuf.Type | undefined;
/** Made at first use. */
function requestType(): protobuf.Type {
  type ??= protobuf.Root.fromJSON(definition).lookupType('ExportLogsServiceRequest');
  return type;
}
