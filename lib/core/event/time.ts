import { ok, type Result, refuse } from './result';

const minute = 60_000;
const day = 24 * 60 * minute;

/** How far an event's time may stand from ours. Partitions exist, or are made, for what lies between. */
export const timeBounds = {
  ahead: 10 * minute,
  behind: 31 * day,
  /** A generated history for the charts reaches further back. */
  behindGenerated: 400 * day,
};

/**
 * Is this a time that exists, and near enough to `now` (milliseconds since 1970)? Answers it in milliseconds.
 * `time` has the form of the envelope. Refuses `time_out_of_range`.
 */
export function checkTime(time: string, now: number, generated: boolean): Result<number> {
  const at = parseTime(time);
  if (at === null) return refuse('time_out_of_range', `${time} is no time of the calendar; send a real one.`);
  if (at - now > timeBounds.ahead) {
    return refuse('time_out_of_range', `${time} is ${span(at - now)} ahead; set the clock of the emitter.`);
  }
  const behind = generated ? timeBounds.behindGenerated : timeBounds.behind;
  if (now - at > behind) {
    return refuse(
      'time_out_of_range',
      `${time} is ${span(now - at)} ago and at most ${behind / day} days are taken; set the clock of the emitter.`,
    );
  }
  return ok(at);
}

const span = (ms: number): string =>
  ms >= day ? `${Math.floor(ms / day)} days` : `${Math.floor(ms / minute)} minutes`;

/**
 * Milliseconds since 1970 of `YYYY-MM-DDThh:mm:ss.sssZ`; null for a day or an hour that no calendar has, 30 February say,
 * which Date.parse takes for 2 March.
 */
export function parseTime(text: string): number | null {
  const start = dayStart(text.slice(0, 10));
  if (start === null) return null;
  const hours = pair(text, 11);
  const minutes = pair(text, 14);
  const seconds = pair(text, 17);
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  const millis = pair(text, 20) * 10 + text.charCodeAt(22) - 48;
  return start + ((hours * 60 + minutes) * 60 + seconds) * 1000 + millis;
}

const pair = (text: string, at: number): number => (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48;

const dayStarts = new Map<string, number>();

function dayStart(date: string): number | null {
  const known = dayStarts.get(date);
  if (known !== undefined) return known;
  const start = Date.parse(`${date}T00:00:00.000Z`);
  if (Number.isNaN(start) || new Date(start).toISOString().slice(0, 10) !== date) return null;
  if (dayStarts.size > 1000) dayStarts.clear();
  dayStarts.set(date, start);
  return start;
}

/** Milliseconds since 1970 as the envelope writes them; null for what no calendar with four-digit years has. */
export function isoTime(ms: number): string | null {
  if (!Number.isFinite(ms) || ms < 0 || ms > 253_402_300_799_999) return null;
  return new Date(ms).toISOString();
}

/**
 * Time as other emitters write it, in the form of the envelope: RFC 3339 with any offset and any fraction; without an
 * offset, which many a Python logger leaves out, taken as UTC; or a number, or digits, of seconds, milliseconds,
 * microseconds or nanoseconds since 1970, told apart by size. Null where it is none of these.
 */
export function foreignTime(value: unknown): string | null {
  if (typeof value === 'number') return isoTime(epochMs(value));
  if (typeof value !== 'string') return null;
  if (ours.test(value)) return parseTime(value) === null ? null : `${value.slice(0, 23)}Z`;
  if (/^\d{9,19}(\.\d+)?$/.test(value)) return isoTime(epochMs(Number(value)));
  const parts = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?\s?([Zz]|UTC|[+-]\d\d:?\d\d)?$/.exec(value);
  if (!parts) return null;
  const [, date, clock, fraction = '', offset = 'Z'] = parts;
  const at = parseTime(`${date}T${clock}.${fraction.slice(0, 3).padEnd(3, '0')}Z`);
  return at === null ? null : isoTime(at - offsetMs(offset));
}

/** The envelope's own form, with at least as many digits. */
const ours = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,9}Z$/;

function epochMs(value: number): number {
  if (value < 1e11) return Math.round(value * 1000);
  if (value < 1e14) return Math.round(value);
  return value < 1e17 ? Math.floor(value / 1e3) : Math.floor(value / 1e6);
}

function offsetMs(offset: string): number {
  const parts = /^([+-])(\d\d):?(\d\d)$/.exec(offset);
  if (!parts) return 0;
  return (parts[1] === '-' ? -1 : 1) * (Number(parts[2]) * 60 + Number(parts[3])) * minute;
}
