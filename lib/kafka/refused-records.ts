import { randomUUID } from 'node:crypto';

/**
 * Header of a record that stands in for one that could not be unfolded; its value is the reason for a person. Different
 * in each process, so that no producer can write it.
 */
export const refusedHeader = `custody-refused-${randomUUID()}`;

/**
 * Kafka records (message format 2) in place of a compressed batch that can't be read: the first holds the compressed
 * bytes and the reason, the others are empty, so that the offsets go on behind the batch.
 * `packed` must be kafkajs's view into the whole record batch: the count of records, int32, stands right before it.
 */
export function refusedRecords(packed: Buffer, why: string): Buffer {
  const count = packed.byteOffset >= 4 ? new DataView(packed.buffer, packed.byteOffset - 4, 4).getInt32(0) : 0;
  if (count < 1) throw new Error(`a compressed batch without a count of records: ${why}`);
  const records: Buffer[] = [];
  for (let i = 0; i < count; i++) records.push(record(i, i === 0 ? packed : Buffer.alloc(0), i === 0 ? why : ''));
  return Buffer.concat(records);
}

function record(offsetDelta: number, value: Buffer, why: string): Buffer {
  const name = Buffer.from(refusedHeader);
  const reason = Buffer.from(why);
  const body = Buffer.concat([
    Buffer.from([0]),
    varint(0),
    varint(offsetDelta),
    varint(-1),
    varint(value.length),
    value,
    varint(1),
    varint(name.length),
    name,
    varint(reason.length),
    reason,
  ]);
  return Buffer.concat([varint(body.length), body]);
}

/** Zigzag varint of a 32-bit integer. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
