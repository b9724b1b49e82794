import type { Message } from '../core/judge/contract';
import { ServiceError } from './error';

/** Most events in one request. */
export const maxItems = 10_000;

/**
 * One message for each event of an HTTP body, its bytes untouched:
 * - `ce-id` and the other `ce-` headers: CloudEvents binary mode, the body is the data of one event
 * - `application/cloudevents+json`, `application/json` with an object: one event
 * - `application/cloudevents-batch+json`, `application/json` with an array: many
 * - `application/x-ndjson` (also `application/ndjson`, `application/jsonl`): one on each line, empty lines left out
 * Throws ServiceError `invalid` or `too_large`.
 */
export function messagesOf(headers: Headers, body: Uint8Array): Message[] {
  const type = (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const pieces = piecesOf(type, headers, body);
  if (pieces.length === 0) throw new ServiceError('invalid', 'There is no event in the body.', 'Send at least one.');
  if (pieces.length > maxItems) {
    throw new ServiceError('too_large', `There are ${pieces.length} events in the body.`, `Send at most ${maxItems}.`);
  }
  const kept = keptHeaders(headers);
  return pieces.map((bytes, at) => ({ bytes, headers: kept, position: BigInt(at) }));
}

function piecesOf(type: string, headers: Headers, body: Uint8Array): Uint8Array[] {
  if (headers.has('ce-id')) return [body];
  switch (type) {
    case 'application/cloudevents+json':
      return [body];
    case 'application/x-ndjson':
    case 'application/ndjson':
    case 'application/jsonl':
      return splitLines(body);
    case 'application/json':
    case 'application/cloudevents-batch+json':
      return body[firstByte(body, 0)] === bracketOpen ? splitArray(body) : [body];
    default:
      throw new ServiceError(
        'invalid',
        'The content type is not supported.',
        'Send application/json, application/x-ndjson, application/cloudevents+json or application/cloudevents-batch+json.',
      );
  }
}

/** CloudEvents' HTTP binding percent-encodes what a header cannot hold; the names are as in Kafka's binding. */
function keptHeaders(headers: Headers): Record<string, string> {
  const kept: Record<string, string> = {};
  headers.forEach((value, name) => {
    if (name.startsWith('ce-')) kept[`ce_${name.slice(3)}`] = percentDecoded(value);
    else if (name === 'content-type') kept[name] = value;
  });
  return kept;
}

function percentDecoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

const [quote, backslash, bracketOpen, bracketClose, braceOpen, braceClose, comma, newline] = [...'"\\[]{},\n'].map(
  (character) => character.charCodeAt(0),
);

function splitLines(body: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < body.length; ) {
    const end = body.indexOf(newline as number, start);
    const line = trimmed(body.subarray(start, end < 0 ? body.length : end));
    if (line.length > 0) lines.push(line);
    start = end < 0 ? body.length : end + 1;
  }
  return lines;
}

/** Cuts a JSON array into its items without reading them: what is inside is the judge's to refuse. */
function splitArray(body: Uint8Array): Uint8Array[] {
  const items: Uint8Array[] = [];
  let depth = 0;
  let start = 0;
  for (let at = firstByte(body, 0); at < body.length; at++) {
    const byte = body[at];
    if (byte === quote) at = endOfString(body, at);
    else if (byte === bracketOpen || byte === braceOpen) {
      if (depth === 0) start = at + 1;
      depth++;
    } else if (byte === bracketClose || byte === braceClose) {
      depth--;
      if (depth > 0) continue;
      if (byte !== bracketClose || firstByte(body, at + 1) < body.length) break;
      const last = trimmed(body.subarray(start, at));
      if (last.length > 0) return [...items, last];
      if (items.length === 0) return [];
      break;
    } else if (byte === comma && depth === 1) {
      const item = trimmed(body.subarray(start, at));
      if (item.length === 0) break;
      items.push(item);
      start = at + 1;
    }
  }
  throw new ServiceError('invalid', 'The body is not a whole JSON array.', 'Send one JSON array of events.');
}

/** Index of the closing quote, or of the end where there is none. */
function endOfString(body: Uint8Array, open: number): number {
  let at = open + 1;
  while (at < body.length && body[at] !== quote) at += body[at] === backslash ? 2 : 1;
  return at;
}

const isSpace = (byte: number | undefined) => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;

function firstByte(body: Uint8Array, from: number): number {
  let at = from;
  while (isSpace(body[at])) at++;
  return at;
}

function trimmed(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && isSpace(bytes[end - 1])) end--;
  return bytes.subarray(firstByte(bytes, 0), Math.max(end, firstByte(bytes, 0)));
}
