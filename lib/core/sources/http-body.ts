import { ok, type Result, refuse } from '../event/result';

/** Messages that one body may hold. */
export const mostMessages = 10_000;

/**
 * The messages of an HTTP body, as slices of its bytes: they are what rawhash is made of. `body`: decompressed.
 * - JSON (`application/json`, any `+json`): an array is its items, nothing is none, anything else is one message.
 * - CloudEvents batch (`application/cloudevents-batch+json`): an array.
 * - NDJSON (`application/x-ndjson`, `application/ndjson`, `application/jsonl`): one message for each line that isn't empty.
 *
 * What is wrong with one message is found when it is decoded, so that it costs none of the others: from where an array
 * is broken, the rest of the body is one message. Refuses `unknown_format` for another content type, `too_large` for
 * more than `mostMessages`.
 */
export function splitBody(body: Uint8Array, contentType: string): Result<Uint8Array[]> {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const messages = splitters.find(([pattern]) => pattern.test(type))?.[1](body);
  if (messages === undefined) {
    return refuse(
      'unknown_format',
      'This content type is not taken; send application/json, application/cloudevents-batch+json or application/x-ndjson.',
    );
  }
  return messages === null
    ? refuse('too_large', `The body has more than ${mostMessages} messages; send fewer at a time.`)
    : ok(messages);
}

/** null: more than there may be. */
type Split = (body: Uint8Array) => Uint8Array[] | null;

const splitters: [RegExp, Split][] = [
  [/^application\/(x-)?(ndjson|jsonl|json-?lines|json-seq)$/, splitLines],
  [/^application\/(json|[a-z0-9.-]+\+json)$/, splitJson],
];

function splitLines(body: Uint8Array): Uint8Array[] | null {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < body.length; ) {
    const found = body.indexOf(0x0a, start);
    const end = found < 0 ? body.length : found;
    const line = trim(body, start, end);
    if (line.length > 0 && lines.push(line) > mostMessages) return null;
    start = end + 1;
  }
  return lines;
}

function splitJson(body: Uint8Array): Uint8Array[] | null {
  const whole = trim(body, 0, body.length);
  if (whole.length === 0) return [];
  return whole[0] === 0x5b ? splitArray(whole) : [whole];
}

/** `array` begins with `[`. */
function splitArray(array: Uint8Array): Uint8Array[] | null {
  const items: Uint8Array[] = [];
  let start = 1;
  let depth = 0;
  for (let i = 1; i < array.length; i++) {
    const byte = array[i] as number;
    if (byte === 0x22) i = stringEnd(array, i + 1);
    else if (byte === 0x7b || byte === 0x5b) depth++;
    else if (depth > 0) {
      if (byte === 0x7d || byte === 0x5d) depth--;
    } else if (byte === 0x2c) {
      if (items.push(trim(array, start, i)) > mostMessages) return null;
      start = i + 1;
    } else if (byte === 0x5d) {
      const last = trim(array, start, i);
      if (last.length > 0 || items.length > 0) items.push(last);
      const after = trim(array, i + 1, array.length);
      if (after.length > 0) items.push(after);
      return items.length > mostMessages ? null : items;
    }
  }
  return items.push(trim(array, start, array.length)) > mostMessages ? null : items;
}

/** Where the closing quote stands, or the end. */
function stringEnd(bytes: Uint8Array, from: number): number {
  let i = from;
  while (i < bytes.length && bytes[i] !== 0x22) i += bytes[i] === 0x5c ? 2 : 1;
  return i;
}

/** Without white space of JSON at both ends, and without the record separator of RFC 7464. */
function trim(bytes: Uint8Array, from: number, to: number): Uint8Array {
  let [start, end] = [from, to];
  while (start < end && isSpace(bytes[start] as number)) start++;
  while (end > start && isSpace(bytes[end - 1] as number)) end--;
  return bytes.subarray(start, end);
}

const isSpace = (byte: number): boolean =>
  byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d || byte === 0x1e;
