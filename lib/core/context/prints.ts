import type { AuditEvent } from '../event/envelope';
import { normalise } from '../text/normalise';
import { inputsOf, outputsOf } from './content-of';
import { saltCount, TextScan } from './scan-text';
import { createSipHash } from './siphash';
import { smallest } from './smallest';

/**
 * Fingerprints of content as it flows, by which a text is found again where it went, after small edits too: of what was sent to a
 * server, and of what it gave. Each is 64 bits under a secret key: whoever has the table and not the key can try no words on it.
 *
 * A print stands for five words in a row (those whose hashes are smallest are kept, so that two copies keep the same ones), or
 * for one distinctive value as a whole: a path, a URL, an id. In the number itself, the sign says in which role it was seen
 * (plus: given by a server; minus: sent to one), and the lowest bit whether it is a value (1) or words (0).
 */
export interface Printer {
  /** Of an event's content, as it is stored (redacted). `normalForm`: that of a string; `normalise`, or one that remembers. */
  ofEvent(event: AuditEvent, normalForm?: (text: string) => string): bigint[];
  /** Of any text, without a role: all are positive. At most 64. */
  ofText(text: string): bigint[];
}

/** How many prints a role of one event has: more of a long text, or a part of it would not be found again. */
const fewest = { sent: 8, given: 12 };
const most = 48;
const wordsForEach = 16;
/** Of a text that is asked for. */
const mostAsked = 64;

export const isValuePrint = (print: bigint): boolean => (print & 1n) === 1n;
/** Whatever the role. */
export const printOf = (print: bigint): bigint => (print < 0n ? -print : print);

/** `key`: 16 bytes. */
export function createPrinter(key: Uint8Array): Printer {
  const sip = createSipHash(key);
  const scan = new TextScan(saltsOf(sip));
  const halves = new Int32Array(2);
  const whole = new BigInt64Array(halves.buffer);
  /** What was sent in the event at hand: what a server only repeats of it does not come from the server. */
  const sent = { count: 0, order: new Uint32Array(most), rest: new Int32Array(most) };

  const echoed = (order: number, rest: number): boolean => {
    for (let i = 0; i < sent.count; i++) if (sent.order[i] === order && sent.rest[i] === rest) return true;
    return false;
  };

  const add = (order: number, rest: number, isValue: boolean, isSent: boolean, prints: bigint[]): void => {
    if (isSent) {
      sent.order[sent.count] = order;
      sent.rest[sent.count++] = rest;
    } else if (echoed(order, rest)) return;
    sip(order, rest, halves);
    // Never 0, which has no sign.
    const low = isValue ? (halves[0] as number) | 1 : (halves[0] as number) & ~1;
    const high = ((halves[1] as number) & 0x7fffffff) | 0x40000000;
    halves[0] = isSent ? -low : low;
    halves[1] = isSent ? (low === 0 ? -high : ~high) : high;
    prints.push(whole[0] as bigint);
  };

  /** The prints of what was scanned, at most `room`; values have half of it, and what the words leave. */
  const take = (room: number, isSent: boolean, prints: bigint[]): void => {
    const { values, shingles } = scan;
    const valuesAt = smallest(values.order, values.count, Math.max(room >> 1, room - shingles.count));
    for (const at of valuesAt) add(values.order[at] as number, values.rest[at] as number, true, isSent, prints);
    for (const at of smallest(shingles.order, shingles.count, room - valuesAt.length))
      add(shingles.order[at] as number, scan.restOf(at), false, isSent, prints);
  };

  const look = (values: unknown[], normalForm: (text: string) => string, least: number): number => {
    scan.begin();
    for (const value of values) if (value !== undefined) addStrings(scan, value, normalForm, 0);
    return Math.max(least, Math.min(most, Math.floor(scan.words / wordsForEach)));
  };

  return {
    ofEvent(event, normalForm = normalise) {
      const prints: bigint[] = [];
      sent.count = 0;
      take(look(inputsOf(event), normalForm, fewest.sent), true, prints);
      take(look(outputsOf(event), normalForm, fewest.given), false, prints);
      return prints;
    },
    ofText(text) {
      const prints: bigint[] = [];
      sent.count = 0;
      scan.begin();
      scan.add(normalise(text));
      take(mostAsked, false, prints);
      return prints;
    },
  };
}

/** Members that say what a part of the content is, and nothing of it. */
const labels = new Set(['type', 'mimeType', 'role', '_meta', 'annotations']);
const deepest = 24;

function addStrings(scan: TextScan, value: unknown, normalForm: (text: string) => string, depth: number): void {
  if (typeof value === 'string') {
    if (value.length >= 12) scan.add(normalForm(value));
  } else if (typeof value === 'number') {
    if (value >= 1e11 && Number.isInteger(value)) scan.add(String(value));
  } else if (typeof value === 'object' && value !== null && depth < deepest) {
    if (Array.isArray(value)) {
      for (const item of value) addStrings(scan, item, normalForm, depth + 1);
    } else {
      for (const name of Object.keys(value)) {
        if (!labels.has(name)) addStrings(scan, (value as Record<string, unknown>)[name], normalForm, depth + 1);
      }
    }
  }
}

function saltsOf(sip: ReturnType<typeof createSipHash>): Int32Array {
  const out = new Int32Array(2);
  return Int32Array.from({ length: saltCount }, (_, i) => {
    sip(i, 0x73616c74, out);
    return (out[0] as number) | 1;
  });
}
