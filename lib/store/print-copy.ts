import type { ContextRole } from '../core/context/edges';

/** The columns that `printCopy` writes, in its order. */
export const printColumns = 'print, at, event_time, event_id, server, role';

/** What all prints have in common that an event shows in one role. Times: RFC 3339; `server` stands for it. */
export interface Showing {
  at: string;
  eventTime: string;
  eventId: string;
  server: number;
  role: ContextRole;
}

export interface PrintRow {
  /** Without its sign. */
  print: bigint;
  showing: Buffer;
}

const signature = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
/** Microseconds are counted from 2000-01-01. */
const epochMs = Date.UTC(2000, 0, 1);
/** Where the print stands in a row: after the number of columns, and its length. */
const printAt = 6;

/** The row, but for the print itself. */
export function encodeShowing({ at, eventTime, eventId, server, role }: Showing): Buffer {
  const bytes = Buffer.alloc(printAt + 8 + 2 * 12 + 20 + 8 + 4 + role.length);
  const time = (text: string, end: number): number =>
    bytes.writeBigInt64BE(BigInt(Date.parse(text) - epochMs) * 1000n, bytes.writeInt32BE(8, end));
  let end = bytes.writeInt32BE(8, bytes.writeInt16BE(6, 0)) + 8;
  end = time(eventTime, time(at, end));
  end = bytes.writeInt32BE(16, end);
  end += bytes.write(eventId.replaceAll('-', ''), end, 'hex');
  end = bytes.writeInt32BE(server, bytes.writeInt32BE(4, end));
  bytes.write(role, bytes.writeInt32BE(role.length, end), 'latin1');
  return bytes;
}

/** Rows of prints as one binary COPY stream (PostgreSQL documentation, COPY, "Binary Format"). */
export function printCopy(rows: readonly PrintRow[]): Uint8Array {
  const bytes = Buffer.allocUnsafe(rows.reduce((sum, { showing }) => sum + showing.length, signature.length + 2));
  let end = signature.copy(bytes);
  for (const { print, showing } of rows) {
    bytes.set(showing, end);
    bytes.writeBigInt64BE(print, end + printAt);
    end += showing.length;
  }
  bytes.writeInt16BE(-1, end);
  return bytes;
}

/** Its number in pg_type. */
const int8Type = 20;

/** Numbers as the parameter of a query that takes an int8[] (array_send); as text they take several times as long. */
export function int8Array(values: readonly bigint[]): Buffer {
  const bytes = Buffer.alloc(values.length === 0 ? 12 : 20 + values.length * 12);
  bytes.writeInt32BE(values.length === 0 ? 0 : 1, 0);
  bytes.writeInt32BE(int8Type, 8);
  if (values.length === 0) return bytes;
  bytes.writeInt32BE(1, bytes.writeInt32BE(values.length, 12));
  let at = 20;
  for (const value of values) at = bytes.writeBigInt64BE(value, bytes.writeInt32BE(8, at));
  return bytes;
}

/** The other way round, of what `array_send` gives of an int8[] without nulls. */
export function fromInt8Array(bytes: Buffer): bigint[] {
  if (bytes.length <= 12) return [];
  return Array.from({ length: bytes.readInt32BE(12) }, (_, i) => bytes.readBigInt64BE(24 + i * 12));
}
