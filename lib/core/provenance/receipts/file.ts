import { decodeJson, type Limits, limits } from '../../event/decode';
import { isObject, type Json } from '../../event/json';
import type { Result } from '../../event/result';
import { ok } from '../../event/result';
import { recogniseReceipt } from '.';

/** What a file of receipts holds. */
export interface ReceiptsFile {
  /** In the order of the file. */
  receipts: Json[];
  /** How many values are none. */
  others: number;
  /** Lines that can't be read, from 1, and why. */
  unreadable: { line: number; detail: string }[];
}

/** Bounds of a file that is one JSON value. */
const whole: Limits = { bytes: 256 << 20, depth: limits.depth, members: 20_000_000 };

/**
 * The receipts in a file: JSON lines, a JSON array, or one JSON object. null: it has none, so that it is a file of another kind.
 * Never throws.
 */
export function readReceipts(bytes: Uint8Array): ReceiptsFile | null {
  const one = decodeJson(bytes, whole);
  const file = one.ok ? fromValues(takeApart(one.value.value)) : fromLines(bytes);
  return file.receipts.length === 0 ? null : file;
}

const takeApart = (value: Json): Result<Json>[] => (Array.isArray(value) ? value : [value]).map((one) => ok(one));

function fromLines(bytes: Uint8Array): ReceiptsFile {
  const lines: Result<Json>[] = [];
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(0x0a, start);
    const end = found < 0 ? bytes.length : found;
    const line = bytes.subarray(start, end);
    if (line.some((byte) => byte > 0x20)) {
      const decoded = decodeJson(line);
      lines.push(decoded.ok ? ok(decoded.value.value) : decoded);
    } else lines.push(ok(null));
    start = end + 1;
    // What can't be read as lines from its beginning is no file of lines.
    if (lines.length === 20 && lines.every((one) => !one.ok)) break;
  }
  return fromValues(lines);
}

function fromValues(values: Result<Json>[]): ReceiptsFile {
  const file: ReceiptsFile = { receipts: [], others: 0, unreadable: [] };
  values.forEach((value, i) => {
    if (!value.ok) file.unreadable.push({ line: i + 1, detail: value.refusal.detail });
    else if (recogniseReceipt(value.value) !== null) file.receipts.push(value.value);
    else if (isObject(value.value)) file.others++;
  });
  return file;
}
