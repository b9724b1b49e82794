import type { Refusal } from '../../core/event/result';
import type { RefusedMessage } from '../../core/judge/read';
import type { PackedRecords } from './protocol';

/** Messages as they cross to the judge. `refusal`: for all of them, whatever they hold. `room`: where to put their bytes. */
export function pack(
  messages: readonly RefusedMessage[],
  refusal: Refusal | null,
  room = (bytes: number) => new ArrayBuffer(bytes),
): PackedRecords {
  const all = new Uint8Array(room(messages.reduce((sum, { bytes }) => sum + bytes.length, 0)));
  const packed: PackedRecords = {
    bytes: all.buffer,
    ends: new Uint32Array(messages.length),
    positions: new BigInt64Array(messages.length),
    headers: new Map(),
    refusals: new Map(),
  };
  let at = 0;
  messages.forEach((message, i) => {
    all.set(message.bytes, at);
    at += message.bytes.length;
    packed.ends[i] = at;
    packed.positions[i] = message.position;
    for (const _ in message.headers) {
      packed.headers.set(i, message.headers);
      break;
    }
    const why = refusal ?? message.refusal;
    if (why) packed.refusals.set(i, why);
  });
  return packed;
}

/** The messages from `first` on, at most `count`. */
export function unpack(
  { bytes, ends, positions, headers, refusals }: PackedRecords,
  first: number,
  count: number,
): RefusedMessage[] {
  const messages: RefusedMessage[] = [];
  let start = first === 0 ? 0 : (ends[first - 1] as number);
  for (let i = first; i < Math.min(first + count, ends.length); i++) {
    const end = ends[i] as number;
    messages.push({
      bytes: new Uint8Array(bytes, start, end - start),
      headers: headers.get(i) ?? noHeaders,
      position: positions[i] as bigint,
      refusal: refusals.get(i) ?? null,
    });
    start = end;
  }
  return messages;
}

const noHeaders: Record<string, string> = {};
