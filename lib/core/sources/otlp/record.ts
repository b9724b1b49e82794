import { isObject, type Json, type JsonObject, put } from '../../event/json';
import { ok, type Result, refuse } from '../../event/result';

/**
 * One log record of OpenTelemetry by itself, as a JSON value: attributes as plain members, 64-bit numbers as text where
 * they are not safe, and with it the resource and scope that the request stated once for many.
 */
export interface LogRecord extends JsonObject {
  otlp: 'log';
  attributes: JsonObject;
  resource: JsonObject;
}

export const isLogRecord = (json: unknown): json is LogRecord =>
  isObject(json) && json.otlp === 'log' && isObject(json.attributes) && isObject(json.resource);

/** One record where it stands in its request, not looked into yet. */
export interface RecordPlace {
  record: unknown;
  /** Stated once for many records. */
  resource: Result<JsonObject>;
  scope: unknown;
}

/** The records of an ExportLogsServiceRequest, in OTLP's JSON form or as protobufjs decodes it. What is no object on the way to them stands in for one. */
export function* recordPlaces(request: unknown): Iterable<RecordPlace> {
  for (const resourceLogs of list(request, 'resourceLogs')) {
    const resource = isObject(resourceLogs) ? attributesOf(resourceLogs.resource) : notOtlp;
    const scopes = isObject(resourceLogs) ? list(resourceLogs, 'scopeLogs') : [resourceLogs];
    for (const scopeLogs of scopes) {
      if (!isObject(scopeLogs)) yield { record: scopeLogs, resource: notOtlp, scope: undefined };
      for (const record of list(scopeLogs, 'logRecords')) yield { record, resource, scope: member(scopeLogs, 'scope') };
    }
  }
}

const notOtlp = refuse(
  'wrong_schema',
  'Not a part of an ExportLogsServiceRequest; send resourceLogs of scopeLogs of logRecords.',
);

/** The records of a request in OTLP's JSON form, each by itself. */
export const logRecords = (request: unknown): Result<LogRecord>[] => Array.from(recordPlaces(request), toRecord);

/** `record`: in OTLP's JSON form, or as protobufjs decodes it. */
export function toRecord({ record, resource, scope }: RecordPlace): Result<LogRecord> {
  if (!resource.ok) return resource;
  const attributes = attributesOf(record);
  if (!attributes.ok) return attributes;
  const body = anyValue(member(record, 'body'), 0);
  if (!body.ok) return body;
  const value: LogRecord = { otlp: 'log', attributes: attributes.value, resource: resource.value };
  if (body.value !== null) value.body = body.value;
  for (const name of ['timeUnixNano', 'observedTimeUnixNano', 'severityText', 'eventName'] as const) {
    const text = member(record, name);
    if ((typeof text === 'string' && text !== '' && text !== '0') || typeof text === 'number')
      value[name] = String(text);
  }
  for (const name of ['traceId', 'spanId'] as const) {
    const id = hexOf(member(record, name));
    if (id) value[name] = id;
  }
  const severity = member(record, 'severityNumber');
  if (typeof severity === 'number') value.severityNumber = severity;
  for (const name of ['name', 'version'] as const) {
    const text = member(scope, name);
    if (typeof text === 'string' && text !== '')
      value.scope = { ...(value.scope as JsonObject | undefined), [name]: text };
  }
  return ok(value);
}

/** A name that stands twice would be read differently by two readers. */
function attributesOf(holder: unknown): Result<JsonObject> {
  return keyValues(list(holder, 'attributes'), 0);
}

function keyValues(pairs: unknown[], depth: number): Result<JsonObject> {
  const members: JsonObject = {};
  for (const pair of pairs) {
    // An empty string is left out by protobuf.
    const key = String(member(pair, 'key') ?? '');
    if (Object.hasOwn(members, key)) return refuse('duplicate_key', 'An attribute stands twice; send each name once.');
    const value = anyValue(member(pair, 'value'), depth + 1);
    if (!value.ok) return value;
    put(members, key, value.value);
  }
  return ok(members);
}

function anyValue(value: unknown, depth: number): Result<Json> {
  if (depth > 32) return refuse('too_deep', 'A value is nested deeper than 32 levels; send a flatter record.');
  if (typeof value !== 'object' || value === null) return ok(null);
  if ('stringValue' in value) return ok(typeof value.stringValue === 'string' ? value.stringValue : null);
  if ('boolValue' in value) return ok(value.boolValue === true);
  if ('intValue' in value) return ok(safeInteger(value.intValue));
  if ('doubleValue' in value) return ok(safeDouble(value.doubleValue));
  if ('bytesValue' in value) return ok(base64Of(value.bytesValue));
  if ('kvlistValue' in value) return keyValues(list(value.kvlistValue, 'values'), depth);
  if (!('arrayValue' in value)) return ok(null);
  const items: Json[] = [];
  for (const item of list(value.arrayValue, 'values')) {
    const read = anyValue(item, depth + 1);
    if (!read.ok) return read;
    items.push(read.value);
  }
  return ok(items);
}

/** A 64-bit number stays text where a double can't hold it. */
function safeInteger(value: unknown): Json {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

function safeDouble(value: unknown): Json {
  const number = Number(value);
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : String(value);
}

/** JSON has it as text, protobuf as bytes. */
const base64Of = (value: unknown): string =>
  value instanceof Uint8Array ? btoa(String.fromCharCode(...value.subarray(0, 65_536))) : String(value);

function hexOf(value: unknown): string | undefined {
  if (value instanceof Uint8Array) return Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const member = (holder: unknown, name: string): unknown =>
  typeof holder === 'object' && holder !== null ? (holder as Record<string, unknown>)[name] : undefined;

function list(holder: unknown, name: string): unknown[] {
  const items = member(holder, name);
  return Array.isArray(items) ? items : [];
}
