/**
 * One pass over the bytes of a JSON text, for what `JSON.parse` lets through. It takes the syntax on trust: JSON.parse
 * comes after it and refuses what is not JSON, so that what is said here only has to be true of valid JSON.
 */
export interface Scan {
  problem: ScanProblem | null;
  /** Byte offset of the problem. */
  at: number;
  /** Members of all objects together, repeated ones counted each time. */
  members: number;
  /** True: the text is its own RFC 8785 form. False: it is not, or that can't be told cheaply. */
  canonical: boolean;
  /** Where the value of the whole object's member `data` begins and ends, if that is an object, and the text is canonical. */
  dataStart: number;
  dataEnd: number;
  /** From the name of the whole object's member `disclosures` to behind the comma after it, if the text is canonical; 0 and 0: none. */
  cutStart: number;
  cutEnd: number;
}
export type ScanProblem = 'unsafe_integer' | 'lone_surrogate' | 'too_deep' | 'too_large';

export interface ScanLimits {
  /** Arrays and objects within one another. */
  depth: number;
  /** Members of objects and items of arrays, all together. */
  members: number;
}

const quote = 0x22;
const backslash = 0x5c;

export function scanJson(bytes: Uint8Array, limits: ScanLimits): Scan {
  const scan: Scan = {
    problem: null,
    at: 0,
    members: 0,
    canonical: true,
    dataStart: 0,
    dataEnd: 0,
    cutStart: 0,
    cutEnd: 0,
  };
  const length = bytes.length;
  // One cell for each open level: whether it is an object, and where its last key stands.
  const isObject: boolean[] = [false];
  const keyStart: number[] = [-1];
  const keyEnd: number[] = [-1];
  let depth = 0;
  let commas = 0;
  let expectKey = false;

  for (let i = 0; i < length; i++) {
    const byte = bytes[i] as number;
    if (byte === quote) {
      const start = i + 1;
      let end = start;
      let bits = 0;
      for (; end < length; end++) {
        const next = bytes[end] as number;
        if (next === quote || next === backslash) break;
        bits |= next;
      }
      if (bytes[end] === backslash) {
        end = scanEscaped(bytes, end, scan);
        if (scan.problem) return scan;
        bits = 0x80;
      }
      if (expectKey) {
        expectKey = false;
        if (depth === 1 && end - start === 4 && isData(bytes, start)) scan.dataStart = end + 2;
        else if (depth === 1 && end - start === 11 && isDisclosures(bytes, start)) scan.cutStart = start - 1;
        if (scan.canonical) {
          // Where keys are plain ASCII without escapes the order of bytes is the order of UTF-16 units.
          scan.canonical =
            bits < 0x80 && ascends(bytes, keyStart[depth] as number, keyEnd[depth] as number, start, end);
          keyStart[depth] = start;
          keyEnd[depth] = end;
        }
      } else if (depth === 1 && scan.cutStart > 0 && scan.cutEnd === 0) scan.cutEnd = end + 2;
      i = end;
    } else if (byte === 0x2c) {
      expectKey = isObject[depth] as boolean;
      if (++commas + scan.members > limits.members) return stop(scan, 'too_large', i);
    } else if (byte === 0x3a) {
      if (++scan.members + commas > limits.members) return stop(scan, 'too_large', i);
    } else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > limits.depth) return stop(scan, 'too_deep', i);
      expectKey = byte === 0x7b;
      isObject[depth] = expectKey;
      keyStart[depth] = -1;
      keyEnd[depth] = -1;
    } else if (byte === 0x7d || byte === 0x5d) {
      expectKey = false;
      if (--depth < 0) return scan;
      if (depth === 1 && scan.dataEnd === 0 && scan.dataStart > 0) scan.dataEnd = i + 1;
    } else if (byte === 0x2d || (byte >= 0x30 && byte <= 0x39)) {
      const end = scanNumber(bytes, i, scan);
      if (scan.problem) return scan;
      i = end - 1;
    } else if (byte <= 0x20) {
      scan.canonical = false;
    }
  }
  return scan;
}

const isData = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === 0x64 && bytes[at + 1] === 0x61 && bytes[at + 2] === 0x74 && bytes[at + 3] === 0x61;

const isDisclosures = (bytes: Uint8Array, at: number): boolean => {
  for (let i = 0; i < disclosures.length; i++) if (bytes[at + i] !== disclosures.charCodeAt(i)) return false;
  return true;
};
const disclosures = 'disclosures';

function stop(scan: Scan, problem: ScanProblem, at: number): Scan {
  scan.problem = problem;
  scan.at = at;
  return scan;
}

/** The rest of a string, from its first backslash; answers where the closing quote stands. */
function scanEscaped(bytes: Uint8Array, start: number, scan: Scan): number {
  const length = bytes.length;
  let i = start;
  while (i < length) {
    const byte = bytes[i];
    if (byte === quote) return i;
    if (byte === backslash) {
      i = scanEscape(bytes, i, scan);
      if (scan.problem) return i;
    } else {
      i++;
    }
  }
  return i;
}

/** From the backslash; answers the offset behind the escape. */
function scanEscape(bytes: Uint8Array, at: number, scan: Scan): number {
  const letter = bytes[at + 1];
  if (letter !== 0x75) {
    if (letter === 0x2f) scan.canonical = false;
    return at + 2;
  }
  const unit = hex4(bytes, at + 2);
  if (unit >= 0xd800 && unit <= 0xdfff) {
    scan.canonical = false;
    const low = bytes[at + 6] === backslash && bytes[at + 7] === 0x75 ? hex4(bytes, at + 8) : -1;
    if (unit < 0xdc00 && low >= 0xdc00 && low <= 0xdfff) return at + 12;
    stop(scan, 'lone_surrogate', at);
  } else if (scan.canonical) {
    scan.canonical = isControlEscape(bytes, at + 2, unit);
  }
  return at + 6;
}

/** RFC 8785 escapes only control characters, in lower case, and those with a short form by that. */
function isControlEscape(bytes: Uint8Array, at: number, unit: number): boolean {
  const short = unit === 8 || unit === 9 || unit === 10 || unit === 12 || unit === 13;
  return unit >= 0 && unit < 0x20 && !short && ((bytes[at + 3] as number) < 0x41 || (bytes[at + 3] as number) > 0x46);
}

/** The UTF-16 code unit, or -1 where these are not four hexadecimal digits. */
function hex4(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = at; i < at + 4; i++) {
    const byte = bytes[i] ?? 0;
    const digit =
      byte >= 0x30 && byte <= 0x39
        ? byte - 0x30
        : (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66
          ? (byte | 0x20) - 0x57
          : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/** Answers the offset behind the number. */
function scanNumber(bytes: Uint8Array, start: number, scan: Scan): number {
  let i = start;
  let whole = -1;
  let exponent = false;
  for (; ; i++) {
    const byte = bytes[i] ?? 0;
    if (byte >= 0x30 && byte <= 0x39) continue;
    if (byte === 0x2e) whole = i - start;
    else if (byte === 0x2b || byte === 0x65 || byte === 0x45 || (byte === 0x2d && i > start)) exponent = true;
    else if (byte !== 0x2d) break;
  }
  // So few digits before the point are below 2^53 whatever follows them.
  const small = !exponent && (whole < 0 ? i - start : whole) <= 15;
  if (small && whole < 0) {
    if (bytes[start] === 0x2d && bytes[start + 1] === 0x30) scan.canonical = false;
    return i;
  }
  const length = i - start;
  const token = small && !scan.canonical ? '' : String.fromCharCode(...bytes.subarray(start, Math.min(i, start + 400)));
  const value = length > 400 ? Number.NaN : Number(token);
  // Every double past 2^53 is whole, so this also bounds 1e300; a number of more than 400 digits is no honest one.
  if (!small && !(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) stop(scan, 'unsafe_integer', start);
  else if (scan.canonical) scan.canonical = String(value) === token;
  return i;
}

/** True where the second key stands strictly behind the first. */
function ascends(bytes: Uint8Array, start: number, end: number, nextStart: number, nextEnd: number): boolean {
  if (start < 0) return true;
  for (let i = start, next = nextStart; i < end && next < nextEnd; i++, next++) {
    const difference = (bytes[next] as number) - (bytes[i] as number);
    if (difference !== 0) return difference > 0;
  }
  return nextEnd - nextStart > end - start;
}
