import { ascii, breaks, joins, standsAlone, wide } from './characters';
import { leastValue, valueStart } from './distinctive';

/** Words in a row that make one shingle, and characters that they must have at least. */
const shingle = 5;
const leastMass = 16;
/** What a character of a script without spaces counts in that. */
const aloneMass = 4;
const longestValue = 2048;
/** Bounds of one scan: what lies beyond is not looked at. */
const mostCharacters = 1 << 16;
const mostWords = 1 << 14;
const mostValues = 512;

/** What a scan found: by `order` it is chosen what is kept, `order` and `rest` together say which it is. */
export interface Found {
  count: number;
  order: Uint32Array;
  rest: Int32Array;
}

const found = (most: number): Found => ({ count: 0, order: new Uint32Array(most), rest: new Int32Array(most) });

/** How many odd numbers of 32 bits a scan is salted with; they are kept secret. */
export const saltCount = 13;

/** Finds shingles of words, and distinctive values. Made once and used for text after text. */
export class TextScan {
  /** `rest`: where the last word stands; see `restOf`. */
  readonly shingles = found(mostWords);
  readonly values = found(mostValues);
  /** Words of all texts since `begin`. */
  words = 0;
  private left = 0;
  private readonly hashes = new Int32Array(mostWords);
  private readonly masses = new Uint8Array(mostWords);
  private first = 0;

  constructor(private readonly salts: Int32Array) {}

  begin(): void {
    this.shingles.count = 0;
    this.values.count = 0;
    this.words = 0;
    this.left = mostCharacters;
  }

  /** Takes a text in. Shingles do not reach from one text into the next. */
  add(text: string): void {
    const end = Math.min(text.length, this.left);
    this.left -= end;
    this.first = this.words;
    const salt = this.salts[0] as number;
    /** Where a value began, and where its last word ended; nothing began: -1. */
    let start = -1;
    let last = 0;
    for (let i = 0; i < end; ) {
      let code = text.charCodeAt(i);
      let kind = code < 128 ? (ascii[code] as number) : wide(code);
      if (kind > joins) {
        const from = i;
        let word = 0;
        do {
          word = Math.imul(word ^ kind, salt);
          if (++i === end) break;
          code = text.charCodeAt(i);
          if (code >= 128) {
            // A character of a script without spaces is a word, and ends the one before.
            if (standsAlone(code) || standsAlone(text.charCodeAt(i - 1))) break;
            kind = wide(code);
          } else kind = ascii[code] as number;
        } while (kind > joins);
        this.word(word, standsAlone(text.charCodeAt(i - 1)) ? aloneMass : i - from);
        if (start < 0) start = from;
        last = i;
        continue;
      }
      if (kind === breaks) {
        if (last - start >= leastValue && start >= 0) this.value(text, start, last);
        start = -1;
        if (code === bracket) i = this.marker(text, i);
      }
      i++;
    }
    if (last - start >= leastValue && start >= 0) this.value(text, start, last);
  }

  /** The second half of a shingle's hash, which only those that are kept need. */
  restOf(place: number): number {
    return this.mix(this.shingles.rest[place] as number, 6);
  }

  /** Where what begins with a bracket at `at` ends, if it is a marker: the words around it still tell where a text came from. */
  private marker(text: string, at: number): number {
    if (!text.startsWith('redacted:', at + 1) && !text.startsWith('unverified-redacted:', at + 1)) return at;
    const end = text.indexOf(']', at);
    if (end < 0 || end - at > longestMarker) return at;
    this.word(marked, 0);
    return end;
  }

  private word(hash: number, mass: number): void {
    const { masses, shingles } = this;
    const at = this.words;
    if (at >= mostWords) return;
    this.hashes[at] = hash;
    masses[at] = Math.min(mass, leastMass);
    this.words = at + 1;
    if (at - this.first < shingle - 1) return;
    let whole = 0;
    for (let i = at - shingle + 1; i <= at; i++) whole += masses[i] as number;
    if (whole < leastMass) return;
    shingles.order[shingles.count] = this.mix(at, 1);
    shingles.rest[shingles.count++] = at;
  }

  /** A hash of the shingle that ends with the word at `at`, by the salts from `salt` on. */
  private mix(at: number, salt: number): number {
    const { hashes, salts } = this;
    let sum = Math.imul(hashes[at] as number, salts[salt] as number);
    sum = (sum + Math.imul(hashes[at - 1] as number, salts[salt + 1] as number)) | 0;
    sum = (sum + Math.imul(hashes[at - 2] as number, salts[salt + 2] as number)) | 0;
    sum = (sum + Math.imul(hashes[at - 3] as number, salts[salt + 3] as number)) | 0;
    sum = (sum + Math.imul(hashes[at - 4] as number, salts[salt + 4] as number)) | 0;
    sum = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b);
    return sum ^ (sum >>> 13);
  }

  private value(text: string, from: number, to: number): void {
    const { values, salts } = this;
    if (to - from > longestValue || values.count >= mostValues) return;
    const start = valueStart(text, from, to);
    if (start < 0) return;
    let order = 0;
    let rest = 0;
    for (let i = start; i < to; i++) {
      const code = text.charCodeAt(i);
      const kind = code < 128 ? (ascii[code] as number) : breaks;
      const letter = kind > joins ? kind : code;
      order = Math.imul(order ^ letter, salts[11] as number);
      order ^= order >>> 15;
      rest = Math.imul(rest ^ letter, salts[12] as number);
      rest ^= rest >>> 13;
    }
    values.order[values.count] = order;
    values.rest[values.count++] = rest;
  }
}

const bracket = 0x5b;
/** Stands for whatever redaction took out. */
const marked = 0x5eda;
const longestMarker = 120;
