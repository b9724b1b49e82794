import type { Seal } from '../core/judge/seals';
import { seal } from '../platform/sealing';

/** The columns that `sealedCopy` writes, in its order. */
export const sealedColumns = 'day, log_id, first_index, subject, part, events, sealed';

/** What a blob is bound to, so that it opens nowhere else. */
export const sealedAbout = (logId: number, firstIndex: number, day: string, subject: string, part: number): string =>
  `custody/sealed/v1\0${logId}\0${firstIndex}\0${day}\0${subject}\0${part}`;

const signature = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
/** Its number in pg_type. */
const int4Type = 23;
/** Dates are counted from 2000-01-01. */
const epochDays = Date.UTC(2000, 0, 1) / 86_400_000;

/** What a row takes beside its subject, its events and what is sealed. */
const rowBytes = 96;

/** The values of a batch whose first event has the index `firstIndex`, sealed, as one binary COPY stream. Runs in the judge's thread. */
export class SealedCopy {
  private bytes = Buffer.from(new ArrayBuffer(1 << 16));
  private at = signature.copy(this.bytes);
  private parts = 0;
  private readonly subjects = new Set<string>();

  constructor(
    private readonly logId: number,
    private readonly firstIndex: number,
  ) {}

  add(seals: Seal[]): void {
    const { logId, firstIndex } = this;
    for (const { day, subject, events, entries } of seals) {
      const part = this.parts++;
      const about = sealedAbout(logId, firstIndex, day, subject.id, part);
      const sealed = seal(subject.sealKey, about, `[${entries}]`);
      this.room(rowBytes + subject.id.length * 3 + events.length * 8 + sealed.length);
      this.int16(7);
      this.int32(4);
      this.int32(Date.parse(day) / 86_400_000 - epochDays);
      this.int32(2);
      this.int16(logId);
      this.int32(8);
      this.at = this.bytes.writeBigInt64BE(BigInt(firstIndex), this.at);
      this.field((at) => this.bytes.write(subject.id, at));
      this.int32(4);
      this.int32(part);
      this.int32s(events);
      this.field((at) => sealed.copy(this.bytes, at));
      this.subjects.add(subject.id);
    }
  }

  /** The stream, in an ArrayBuffer of its own that can be transferred, and whose values it has; null where there are none. */
  finish(): { stream: Uint8Array<ArrayBuffer>; subjects: string[] } | null {
    if (this.parts === 0) return null;
    this.room(2);
    this.int16(-1);
    return { stream: new Uint8Array(this.bytes.buffer as ArrayBuffer, 0, this.at), subjects: [...this.subjects] };
  }

  private room(more: number): void {
    if (this.at + more <= this.bytes.length) return;
    const larger = Buffer.from(new ArrayBuffer((this.at + more) * 2));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }

  private int16(value: number): void {
    this.at = this.bytes.writeInt16BE(value, this.at);
  }

  private int32(value: number): void {
    this.at = this.bytes.writeInt32BE(value, this.at);
  }

  /** `write` answers how many bytes it wrote. */
  private field(write: (at: number) => number): void {
    const length = write(this.at + 4);
    this.int32(length);
    this.at += length;
  }

  /** An int4[] of one dimension (array_send: dimensions, nulls, element type, length, lower bound, elements). */
  private int32s(values: number[]): void {
    this.int32(20 + values.length * 8);
    this.int32(1);
    this.int32(0);
    this.int32(int4Type);
    this.int32(values.length);
    this.int32(1);
    for (const value of values) {
      this.int32(4);
      this.int32(value);
    }
  }
}
