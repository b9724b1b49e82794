import { type CanonicalForm, type Decoded, decodeJson } from '../event/decode';
import type { AuditEvent } from '../event/envelope';
import type { Sha256Hex } from '../event/hash';
import { ok, type Refusal, type Result, refuse } from '../event/result';
import { checkTime } from '../event/time';
import { validateEvent } from '../event/validate';
import { readEvents } from '../sources';
import { type Place, placeOf } from './chains';
import type { DeadLetter, Message } from './contract';

/** A good event, as far as its message alone tells. */
export interface Opened {
  message: Message;
  /** Which of the message's events. */
  item: number;
  event: AuditEvent;
  format: string;
  place: Place | null;
  /** Where the message's bytes are this event's canonical JSON. */
  canonical: CanonicalForm | null;
  /** What came beside it to open its markers; taken out of the event, because it is not stored. */
  disclosures: string | undefined;
}

export interface Reading {
  opened: Opened[];
  dead: DeadLetter[];
}

/** A message that was refused before it came here: its batch could not be unfolded, or the database would not have it. */
export interface RefusedMessage extends Message {
  refusal?: Refusal | null;
}

/**
 * The first pass over a batch, which needs nothing but the messages: decode, source, schema, time.
 * Every message leads to events or to dead letters. `now`: milliseconds since 1970. `delivery`: what the positions count
 * within; the same when the messages come again at their positions (a partition), or one of a kind (an HTTP request).
 * `believeGenerated`: as in CaseTools.
 */
export function readBatch(
  messages: readonly RefusedMessage[],
  now: number,
  sha256: Sha256Hex,
  delivery = String(now),
  believeGenerated = false,
): Reading {
  const reading: Reading = { opened: [], dead: [] };
  for (const message of messages) readMessage(message, { now, sha256, delivery, believeGenerated }, reading);
  return reading;
}

function readMessage(
  message: RefusedMessage,
  {
    now,
    sha256,
    delivery,
    believeGenerated,
  }: { now: number; sha256: Sha256Hex; delivery: string; believeGenerated: boolean },
  into: Reading,
): void {
  const decoded: Result<Decoded> = message.refusal
    ? { ok: false, refusal: message.refusal }
    : decodeJson(message.bytes);
  if (!decoded.ok) {
    into.dead.push(deadLetter(message, 0, decoded.refusal));
    return;
  }
  const { headers, position } = message;
  const place = { delivery, position, item: 0 };
  let item = 0;
  for (const { format, result } of readEvents(decoded.value.value, { headers, receivedAt: now, sha256, place })) {
    const event = result.ok ? checkEvent(result.value, now, believeGenerated) : result;
    if (event.ok) {
      // The very object that was decoded is the event, so the bytes are its canonical form where the scanner proved one.
      const canonical = (event.value as unknown) === decoded.value.value ? decoded.value.canonical : null;
      const { disclosures } = event.value;
      // Not deleted: an object that lost a member is slow ever after.
      if (disclosures !== undefined) event.value.disclosures = undefined;
      into.opened.push({
        message,
        item,
        event: event.value,
        format,
        place: placeOf(event.value),
        canonical,
        disclosures,
      });
    } else {
      into.dead.push(deadLetter(message, item, event.refusal));
    }
    item++;
  }
}

function checkEvent(value: AuditEvent, now: number, believeGenerated: boolean): Result<AuditEvent> {
  const event = validateEvent(value);
  if (!event.ok) return event;
  const { time, sequence, data, source, chainepoch = '', sigkid = '' } = event.value;
  if (control.test(source) || control.test(chainepoch) || control.test(sigkid)) {
    return refuse('wrong_schema', '/source, /chainepoch and /sigkid must hold no control characters.');
  }
  const at = checkTime(time, now, believeGenerated && data.observation?.generated === true);
  if (!at.ok) return at;
  if (sequence !== undefined && sequence > '09223372036854775807') {
    return refuse('wrong_schema', '/sequence must be below 2^63; begin a new epoch.');
  }
  return ok(event.value);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const control = /[\u0000-\u001f]/;

export const deadLetter = (message: Message, item: number, refusal: Refusal): DeadLetter => ({
  ...refusal,
  bytes: message.bytes,
  headers: message.headers,
  position: message.position,
  item,
});
