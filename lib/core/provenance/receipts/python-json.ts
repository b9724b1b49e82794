import type { Json, JsonObject } from '../../event/json';

/**
 * JSON as Python's json.dumps(value, sort_keys=True) writes it: `, ` and `: ` between, all but ASCII escaped. A number that is whole
 * may have been a float, which Python ends in `.0`; JSON read elsewhere does not say which it was.
 */

/** So many numbers are tried in both spellings, and so many UTF-16 units are written in all. */
const mostWhole = 8;
const mostWritten = 4 << 20;

/** All spellings that the value may have had; null where they are too many to try. */
export function pythonSpellings(value: JsonObject): string[] | null {
  const whole = countWhole(value);
  if (whole > mostWhole) return null;
  const first = new Writer(0).write(value);
  if (first.length * 2 ** whole > mostWritten) return null;
  return [first, ...Array.from({ length: 2 ** whole - 1 }, (_, i) => new Writer(i + 1).write(value))];
}

function countWhole(value: Json): number {
  if (typeof value === 'number') return Number.isInteger(value) ? 1 : 0;
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  for (const one of Array.isArray(value) ? value : Object.values(value)) count += countWhole(one);
  return count;
}

class Writer {
  /** How many whole numbers were written. */
  private seen = 0;

  /** `choice`: a bit for each whole number; set where it is a float. */
  constructor(private readonly choice: number) {}

  write(value: Json): string {
    if (typeof value === 'string') return ascii(value);
    if (typeof value === 'number') return this.number(value);
    if (typeof value !== 'object' || value === null) return String(value);
    if (Array.isArray(value)) return `[${value.map((item) => this.write(item)).join(', ')}]`;
    const names = Object.keys(value).sort();
    return `{${names.map((name) => `${ascii(name)}: ${this.write(value[name] as Json)}`).join(', ')}}`;
  }

  private number(value: number): string {
    if (!Number.isInteger(value)) return pythonFloat(value);
    const isFloat = (this.choice >> this.seen++) & 1;
    return isFloat ? pythonFloat(value) : String(BigInt(value));
  }
}

/** Python's repr: as JavaScript's, but an exponent from 1e16 and below 1e-4, of two digits at least. */
export function pythonFloat(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) {
    const [digits, exponent = '0'] = value.toExponential().split('e');
    return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
  }
  const text = Object.is(value, -0) ? '-0' : String(value);
  return text.includes('.') ? text : `${text}.0`;
}

/** Also U+007F is no printable ASCII. Names are sorted before: by UTF-16 units, which is Python's order but for surrogates. */
const ascii = (text: string): string =>
  JSON.stringify(text).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
