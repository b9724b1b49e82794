import { decodeJson } from '../event/decode';
import { isObject, type Json } from '../event/json';
import { ok, type Result, refuse } from '../event/result';
import { agentGateway } from './agentgateway';
import { cloudEvents } from './cloudevents';
import { contextForge } from './contextforge';
import { dockerGateway } from './docker-gateway';
import { jsonRpc } from './jsonrpc';
import { liteLlm } from './litellm';
import { obot } from './obot';
import { otlp } from './otlp';
import { isLogRecord, logRecords } from './otlp/record';
import { receiptSources } from './receipts';
import type { ReadEvent, Source, SourceContext } from './source';
import { toolHive } from './toolhive';

/** Every format that is understood; the first that takes a value has it, so the surest stand first. */
export const sources: Source[] = [
  cloudEvents,
  ...receiptSources,
  obot,
  toolHive,
  dockerGateway,
  liteLlm,
  contextForge,
  agentGateway,
  jsonRpc,
  otlp,
];

/**
 * The events of one message. A list (JSON array, OTLP request) has several, and what is wrong with one of them leaves
 * the others alone; the order is the message's. An empty list has none.
 */
export function readEvents(json: Json, ctx: SourceContext): ReadEvent[] {
  // In binary mode the value is one event's data, whatever it is.
  const binary = ctx.headers.ce_specversion !== undefined;
  if (binary || (isObject(json) && !Array.isArray(json.resourceLogs))) return [readOne(json, ctx)];
  return takeApart(json).map((one, item) =>
    one.ok ? readOne(one.value, { ...ctx, place: { ...ctx.place, item } }) : { format: 'unknown', result: one },
  );
}

function readOne(json: Json, ctx: SourceContext): ReadEvent {
  const value = isLogRecord(json) ? (wrapped(json.body, ctx) ?? json) : json;
  const source = sources.find((candidate) => candidate.detect(value, ctx.headers));
  if (source) return { format: source.id, result: source.toEvent(value, ctx) };
  const kind = isObject(json) ? 'The object' : `The value (${json === null ? 'null' : typeof json})`;
  const formats = sources.map((candidate) => candidate.title).join(', ');
  return { format: 'unknown', result: refuse('unknown_format', `${kind} is in none of these formats: ${formats}.`) };
}

function takeApart(json: Json): Result<Json>[] {
  if (Array.isArray(json)) return json.flatMap(takeApart);
  if (isObject(json) && Array.isArray(json.resourceLogs)) return logRecords(json);
  return [ok(json)];
}

/** An event in another format that a log record carries as its body, as an object or as JSON in a string. */
function wrapped(body: Json | undefined, ctx: SourceContext): Json | null {
  let value = body;
  if (typeof body === 'string' && body.startsWith('{')) {
    const decoded = decodeJson(utf8.encode(body));
    value = decoded.ok ? decoded.value.value : undefined;
  }
  return isObject(value) && sources.some((source) => source.detect(value as Json, ctx.headers)) ? value : null;
}
const utf8 = new TextEncoder();
