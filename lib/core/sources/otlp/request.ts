import protobuf from 'protobufjs/light';
import { canonicalJson } from '../../event/canonical';
import { decodeJson } from '../../event/decode';
import { isObject } from '../../event/json';
import { ok, type Refusal, type Result, refuse } from '../../event/result';
import { mostMessages } from '../http-body';
import { type RecordPlace, recordPlaces, toRecord } from './record';

/** Bounds of a whole request; each record is held against those of a message later. */
const bounds = { bytes: 16 << 20, depth: 64, members: 1_000_000 };

/** One log record of a request, as a message of its own. */
export interface RecordMessage {
  /** Its JSON value, which the ordinary way of an event takes like any other; as it came where it can't be read. */
  bytes: Uint8Array;
  refusal: Refusal | null;
}

/**
 * The body of `POST /v1/logs` as one message for each log record; what can't be read in one costs none of the others.
 * `body`: decompressed. Refuses what is no request: `wrong_schema`, `too_large`, and what decodeJson refuses.
 */
export function decodeOtlpLogs(body: Uint8Array, encoding: 'json' | 'protobuf'): Result<RecordMessage[]> {
  const request = encoding === 'json' ? fromJson(body) : fromProtobuf(body);
  if (!request.ok) return request;
  const messages: RecordMessage[] = [];
  for (const place of recordPlaces(request.value)) {
    if (messages.length === mostMessages)
      return refuse('too_large', `The request has more than ${mostMessages} log records; send fewer at a time.`);
    messages.push(messageOf(place));
  }
  return ok(messages);
}

function messageOf(place: RecordPlace): RecordMessage {
  const packed = place.record instanceof Uint8Array ? place.record : null;
  const record = packed === null ? ok(place.record) : unpacked(packed);
  const value = record.ok ? toRecord({ ...place, record: record.value }) : record;
  if (value.ok) return { bytes: utf8.encode(canonicalJson(value.value)), refusal: null };
  return { bytes: packed ?? utf8.encode(JSON.stringify(place.record)), refusal: value.refusal };
}
const utf8 = new TextEncoder();

function fromJson(body: Uint8Array): Result<unknown> {
  const decoded = decodeJson(body, bounds);
  if (!decoded.ok) return decoded;
  const { value } = decoded.value;
  // A request without records is an empty object.
  if (isObject(value) && (Array.isArray(value.resourceLogs) || Object.keys(value).length === 0)) return ok(value);
  return refuse('wrong_schema', 'The body lacks "resourceLogs"; send an ExportLogsServiceRequest.');
}

function fromProtobuf(body: Uint8Array): Result<unknown> {
  if (body.length > bounds.bytes) {
    return refuse('too_large', `The request has ${body.length} bytes; send at most ${bounds.bytes}.`);
  }
  try {
    return ok(toObject('ExportLogsServiceRequest', body));
  } catch {
    return refuse(
      'wrong_schema',
      'The body is no ExportLogsServiceRequest in protobuf; check content type and encoding.',
    );
  }
}

function unpacked(record: Uint8Array): Result<unknown> {
  try {
    return ok(toObject('LogRecord', record));
  } catch {
    return refuse('wrong_schema', 'The log record is not protobuf with its texts in UTF-8; mend the exporter.');
  }
}

function toObject(name: string, bytes: Uint8Array): unknown {
  types ??= protobuf.Root.fromJSON(definition);
  const type = types.lookupType(name);
  return type.toObject(type.decode(bytes), { longs: String, enums: Number });
}
/** Made at first use. */
let types: protobuf.Root | undefined;

/** The part of opentelemetry/proto that a logs request is made of. Its records stay bytes, to be decoded each by itself. */
const definition: protobuf.INamespace = {
  nested: {
    ExportLogsServiceRequest: fields({ resourceLogs: ['ResourceLogs', 1, 'repeated'] }),
    ResourceLogs: fields({ resource: ['Resource', 1], scopeLogs: ['ScopeLogs', 2, 'repeated'] }),
    Resource: fields({ attributes: ['KeyValue', 1, 'repeated'] }),
    ScopeLogs: fields({ scope: ['Scope', 1], logRecords: ['bytes', 2, 'repeated'] }),
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
