import { gunzipSync, gzipSync } from 'node:zlib';
import { compress as zstdCompress, decompress as zstdDecompress, init as zstdInit } from '@bokuweb/zstd-wasm';
import kafkajs from 'kafkajs';
import { compressSync, decompressFrameSync } from 'lz4-napi';
import { compress as snappyCompress, uncompress as snappyUncompress } from 'snappyjs';
import { refusedRecords } from './refused-records';

/** Most bytes that one compressed record batch may unfold to. A broker takes 1 MiB of compressed bytes by default. */
export const maxUnfolded = 64 << 20;

/**
 * Puts bounded codecs for gzip, snappy, lz4 and zstd into kafkajs. A batch that can't be unfolded, or only beyond the
 * bound, comes out as records that say so (see refused-records.ts): thrown, the error would stop its partition for good.
 */
export async function installCodecs(): Promise<void> {
  await zstdInit();
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  const install = (type: number, compress: (plain: Buffer) => Uint8Array, unfold: (packed: Buffer) => Uint8Array) => {
    (CompressionCodecs as Record<number, unknown>)[type] = () => ({
      compress: async (encoder: { buffer: Buffer }) => Buffer.from(compress(encoder.buffer)),
      decompress: async (packed: Buffer) => {
        try {
          return asBuffer(unfold(packed));
        } catch (error) {
          return refusedRecords(packed, error instanceof Error ? error.message : String(error));
        }
      },
    });
  };
  install(CompressionTypes.GZIP, gzipSync, (packed) => gunzipSync(packed, { maxOutputLength: maxUnfolded }));
  install(CompressionTypes.Snappy, snappyCompress, unfoldSnappy);
  install(CompressionTypes.LZ4, foldLz4, unfoldLz4);
  install(CompressionTypes.ZSTD, (plain) => zstdCompress(plain, 3), unfoldZstd);
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function bound(size: number): void {
  if (!(size <= maxUnfolded)) throw new Error(`unfolds to ${size} bytes, more than ${maxUnfolded}`);
}

const xerial = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);

/** Java clients write snappy in the xerial framing: 16 bytes of header, then blocks, each with its length. Others write one block. */
function unfoldSnappy(packed: Buffer): Uint8Array {
  if (!packed.subarray(0, 8).equals(xerial)) {
    bound(snappySize(packed));
    return snappyUncompress(packed);
  }
  const blocks: Uint8Array[] = [];
  let total = 0;
  for (let at = 16; at < packed.length; ) {
    const size = packed.readUInt32BE(at);
    const block = packed.subarray(at + 4, at + 4 + size);
    total += snappySize(block);
    bound(total);
    blocks.push(snappyUncompress(block));
    at += 4 + size;
  }
  return Buffer.concat(blocks);
}

/** The block begins with its unfolded size, a little-endian base 128 varint. */
function snappySize(block: Buffer): number {
  let size = 0;
  for (let i = 0; i < 5; i++) {
    const byte = block[i] ?? 0;
    size += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return size;
  }
  throw new Error('not snappy');
}

/** Frame header: version 1, independent blocks of at most 64 KiB, no checksums; the last byte is the header's own checksum. */
const lz4Header = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82]);
const lz4Block = 64 << 10;

/**
 * An LZ4 frame of blocks of 64 KiB, as Kafka's own clients write. The library would take blocks of 4 MiB, which cost
 * whoever reads them ten times as much: memory that is new to the process for each.
 */
function foldLz4(plain: Buffer): Buffer {
  const parts: Buffer[] = [lz4Header];
  for (let at = 0; at < plain.length; at += lz4Block) {
    const block = plain.subarray(at, at + lz4Block);
    // Behind the unfolded size, which a frame does not have.
    const packed = compressSync(block).subarray(4);
    const head = Buffer.alloc(4);
    if (packed.length < block.length) {
      head.writeUInt32LE(packed.length);
      parts.push(head, packed);
    } else {
      head.writeUInt32LE((block.length | 0x80000000) >>> 0);
      parts.push(head, block);
    }
  }
  parts.push(Buffer.alloc(4));
  return Buffer.concat(parts);
}

/** LZ4 frame format: each block unfolds to at most the block size that the frame's header names. */
function unfoldLz4(packed: Buffer): Uint8Array {
  if (packed.length < 7 || packed.readUInt32LE(0) !== 0x184d2204) throw new Error('not an LZ4 frame');
  const flags = packed.readUInt8(4);
  const blockSize = 1 << (8 + 2 * ((packed.readUInt8(5) >> 4) & 7));
  let at = 7 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0);
  let total = 0;
  while (at + 4 <= packed.length) {
    const head = packed.readUInt32LE(at);
    if (head === 0) break;
    const size = head & 0x7fffffff;
    // An LZ4 block can't unfold to more than 255 times its size.
    total += head & 0x80000000 ? size : Math.min(blockSize, size * 255);
    bound(total);
    at += 4 + size + (flags & 0x10 ? 4 : 0);
  }
  return decompressFrameSync(packed);
}

/** RFC 8878: the frame's header may name the content size; where it does not, the bound is the size of the buffer. */
function unfoldZstd(packed: Buffer): Uint8Array {
  if (packed.length < 6 || packed.readUInt32LE(0) !== 0xfd2fb528) throw new Error('not a zstd frame');
  const descriptor = packed.readUInt8(4);
  const single = (descriptor & 0x20) !== 0;
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const at = 5 + (single ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] ?? 0);
  if (sizeBytes === 8) bound(Number(packed.readBigUInt64LE(at)));
  else if (sizeBytes === 4) bound(packed.readUInt32LE(at));
  return zstdDecompress(packed, { defaultHeapSize: maxUnfolded });
}
