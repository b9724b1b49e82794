import type { Seal } from '../core/judge/seals';
import { seal } from '../platform/sealing';

/** The columns that `sealedCopy` writes, in its order. */
export const sealedColumns = 'day, log_id, first_index, subject, part, events, sealed';

/** What a blob is bound to, so that it opens nowhere else. */
export const sealedAbout = (logId: number, firstIndex: number, day: string, subject: string, part: number): string =>
  `custody/sealed/v1\0${logId}\0${firstIndex}\0${day}\0${subject}\0${part}`;

const signature = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const trailer = Buffer.from([0xff, 0xff]);
/** Its number in pg_type. */
const int4Type = 23;
/** Dates are counted from 2000-01-01. */
const epochDays = Date.UTC(2000, 0, 1) / 86_400_000;

/** The values of a batch whose first event has the index `firstIndex`, sealed, as one binary COPY stream. Runs in the judge's thread. */
export class SealedCopy {
  private readonly rows: Buffer[] = [];
  private readonly subjects = new Set<string>();

  constructor(
    private readonly logId: number,
    private readonly firstIndex: number,
  ) {}

  add(seals: Seal[]): void {
    const { logId, firstIndex, rows, subjects } = this;
    for (const { day, subject, events, entries } of seals) {
      const part = rows.length;
      rows.push(
        Buffer.concat([
          int16(7),
          field(int32(Date.parse(day) / 86_400_000 - epochDays)),
          field(int16(logId)),
          field(int64(firstIndex)),
          field(Buffer.from(subject.id)),
          field(int32(part)),
          field(int32s(events)),
          field(seal(subject.sealKey, sealedAbout(logId, firstIndex, day, subject.id, part), JSON.stringify(entries))),
        ]),
      );
      subjects.add(subject.id);
    }
  }

  /** The stream, in an ArrayBuffer of its own that can be transferred, and whose values it has; null where there are none. */
  finish(): { stream: Uint8Array<ArrayBuffer>; subjects: string[] } | null {
    if (this.rows.length === 0) return null;
    const parts = [signature, ...this.rows, trailer];
    const stream = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      stream.set(part, at);
      at += part.length;
    }
    return { stream, subjects: [...this.subjects] };
  }
}

const field = (bytes: Buffer): Buffer => Buffer.concat([int32(bytes.length), bytes]);

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}

/** An int4[] of one dimension (array_send: dimensions, nulls, element type, length, lower bound, elements). */
function int32s(values: number[]): Buffer {
  const bytes = Buffer.alloc(20 + values.length * 8);
  bytes.writeInt32BE(1, 0);
  bytes.writeInt32BE(int4Type, 8);
  bytes.writeInt32BE(values.length, 12);
  bytes.writeInt32BE(1, 16);
  values.forEach((value, i) => {
    bytes.writeInt32BE(4, 20 + i * 8);
    bytes.writeInt32BE(value, 24 + i * 8);
  });
  return bytes;
}
