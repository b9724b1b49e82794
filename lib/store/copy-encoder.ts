import { parseTime } from '../core/event/time';
import type { EventRow } from '../core/judge/contract';

/** The columns that EventCopy writes, in its order. */
export const eventColumns =
  'time, id, log_id, log_index, recorded_at, source, epoch, sequence, kid, type, method, server, tool, actor, agent, ' +
  'client, session, trace, status, error_code, duration_us, bytes_in, bytes_out, format, assertion, vantage, generated, ' +
  'severity, registry, prints, raw_hash, event_hash, leaf_hash, body';

const columnCount = eventColumns.split(', ').length;
const signature = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
/** Its number in pg_type. */
const int8Type = 20;
/** Microseconds are counted from 2000-01-01. */
const epochMs = Date.UTC(2000, 0, 1);

/** Event rows as one binary COPY stream (PostgreSQL documentation, COPY, "Binary Format"). Runs in the judge's thread. */
export class EventCopy {
  private bytes: Buffer;
  private at = 0;
  private lastRecorded = { text: '', us: 0 };

  /** `room`: where the rows are written, as long as they fit. */
  constructor(
    private readonly logId: number,
    room: ArrayBuffer,
  ) {
    this.bytes = Buffer.from(room);
    this.at += signature.copy(this.bytes);
  }

  add(row: EventRow): void {
    this.room(4096);
    this.int16(columnCount);
    this.time(row.time);
    this.uuid(row.id);
    this.int32(2);
    this.int16(this.logId);
    this.count(row.logIndex);
    this.count(this.recorded(row.recordedAt));
    this.text(row.source);
    this.text(row.epoch);
    this.int64(row.sequence);
    this.text(row.kid);
    this.text(row.type);
    this.text(row.method);
    this.text(row.server);
    this.text(row.tool);
    this.text(row.actor);
    this.text(row.agent);
    this.text(row.client);
    this.text(row.session);
    this.text(row.trace);
    this.text(row.status);
    this.integer(row.errorCode);
    this.count(row.durationUs);
    this.integer(row.bytesIn);
    this.integer(row.bytesOut);
    this.text(row.format);
    this.text(row.assertion);
    this.text(row.vantage);
    this.int32(1);
    this.bytes[this.at++] = row.generated ? 1 : 0;
    this.int32(2);
    this.int16(row.severity);
    this.count(row.registry);
    this.bigints(row.prints);
    this.hex(row.rawHash);
    this.hex(row.eventHash);
    this.bytea(row.leafHash);
    this.bytea(row.body);
  }

  /** The whole stream, in an ArrayBuffer of its own that can be transferred. */
  finish(): Uint8Array<ArrayBuffer> {
    this.room(2);
    this.int16(-1);
    return new Uint8Array(this.bytes.buffer as ArrayBuffer, 0, this.at);
  }

  private room(more: number): void {
    if (this.at + more <= this.bytes.length) return;
    const larger = Buffer.from(new ArrayBuffer((this.at + more) * 2));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }

  private int16(value: number): void {
    this.bytes[this.at++] = value >> 8;
    this.bytes[this.at++] = value;
  }

  private int32(value: number): void {
    const { bytes, at } = this;
    bytes[at] = value >> 24;
    bytes[at + 1] = value >> 16;
    bytes[at + 2] = value >> 8;
    bytes[at + 3] = value;
    this.at = at + 4;
  }

  private integer(value: number | null): void {
    if (value === null) {
      this.int32(-1);
      return;
    }
    this.int32(4);
    this.int32(value);
  }

  private int64(value: bigint | null): void {
    if (value === null) {
      this.int32(-1);
      return;
    }
    this.int32(8);
    this.bytes.writeBigInt64BE(value, this.at);
    this.at += 8;
  }

  /** An int8 of a whole number that a double holds. */
  private count(value: number | null): void {
    if (value === null) {
      this.int32(-1);
      return;
    }
    const high = Math.floor(value / 2 ** 32);
    this.int32(8);
    this.int32(high);
    this.int32(value - high * 2 ** 32);
  }

  /** An int8[] of one dimension (array_send: dimensions, nulls, element type, length, lower bound, elements). */
  private bigints(values: bigint[] | null): void {
    if (values === null) {
      this.int32(-1);
      return;
    }
    const empty = values.length === 0;
    this.room(4096 + values.length * 12);
    this.int32(empty ? 12 : 20 + values.length * 12);
    this.int32(empty ? 0 : 1);
    this.int32(0);
    this.int32(int8Type);
    if (empty) return;
    this.int32(values.length);
    this.int32(1);
    for (const value of values) this.int64(value);
  }

  /** The same for all rows of a batch. */
  private recorded(text: string): number {
    if (text !== this.lastRecorded.text) this.lastRecorded = { text, us: microseconds(text) };
    return this.lastRecorded.us;
  }

  private time(text: string): void {
    this.count(microseconds(text));
  }

  private hex(digits: string | null): void {
    if (digits === null) {
      this.int32(-1);
      return;
    }
    this.int32(digits.length / 2);
    this.at += this.bytes.write(digits, this.at, 'hex');
  }

  private uuid(text: string): void {
    this.int32(16);
    for (let i = 0; i < 36; i += 2) {
      if (text.charCodeAt(i) === 45) i++;
      this.bytes[this.at++] = (digit(text.charCodeAt(i)) << 4) | digit(text.charCodeAt(i + 1));
    }
  }

  private text(value: string | null): void {
    if (value === null) {
      this.int32(-1);
      return;
    }
    if (value.length > 48) this.room(value.length * 3 + 4096);
    const start = this.at + 4;
    let at = start;
    if (value.length <= 48) {
      for (let i = 0; i < value.length; i++) {
        const code = value.charCodeAt(i);
        if (code > 0x7f) {
          at = -1;
          break;
        }
        this.bytes[at++] = code;
      }
    } else at = -1;
    if (at < 0) at = start + this.bytes.write(value, start, 'utf8');
    this.int32(at - start);
    this.at = at;
  }

  private bytea(value: Uint8Array | null): void {
    if (value === null) {
      this.int32(-1);
      return;
    }
    if (value.length > 48) this.room(value.length + 4096);
    this.int32(value.length);
    this.bytes.set(value, this.at);
    this.at += value.length;
  }
}

/** Since 2000. */
const microseconds = (time: string): number => ((parseTime(time) ?? epochMs) - epochMs) * 1000;

const digit = (code: number): number => (code < 58 ? code - 48 : code - 87);
