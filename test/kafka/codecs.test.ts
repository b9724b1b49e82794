import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import kafkajs from 'kafkajs';
import { decompressFrameSync } from 'lz4-napi';
import { beforeAll, describe, expect, test } from 'vitest';
import { installCodecs } from '@/lib/kafka/codecs';

type Codec = { compress(encoder: { buffer: Buffer }): Promise<Buffer>; decompress(packed: Buffer): Promise<Buffer> };
const { CompressionCodecs, CompressionTypes } = kafkajs;
const types = {
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
};
const codec = (type: number) => (CompressionCodecs as unknown as Record<number, () => Codec>)[type]?.() as Codec;

beforeAll(installCodecs);

describe.each(Object.entries(types))('%s', (_, type) => {
  test('unfolds what it folded, whatever its size', async () => {
    const sizes = [1, 65_535, 65_536, 65_537, 300_000];
    for (const size of sizes) {
      for (const plain of [Buffer.alloc(size, 'ab'), randomBytes(size)]) {
        const packed = await codec(type).compress({ buffer: plain });
        expect(Buffer.compare(await codec(type).decompress(packed), plain)).toBe(0);
      }
    }
  });

  test('damage never throws: it comes out as other bytes or as records that say so', async () => {
    const packed = await codec(type).compress({ buffer: Buffer.from('mcp audit '.repeat(500)) });
    await fc.assert(
      fc.asyncProperty(fc.nat(packed.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        // As kafkajs hands it over: a view behind the count of records.
        const whole = Buffer.concat([Buffer.from([0, 0, 0, 1]), packed]);
        whole[4 + at] = (whole[4 + at] as number) ^ flip;
        const unpooled = Buffer.from(new Uint8Array(whole).buffer);
        await expect(codec(type).decompress(unpooled.subarray(4))).resolves.toBeInstanceOf(Buffer);
      }),
      { numRuns: 60 },
    );
  });
});

test('our LZ4 frames are those of the format', async () => {
  const plain = Buffer.concat([Buffer.alloc(100_000, 'x'), randomBytes(100_000)]);
  const packed = await codec(CompressionTypes.LZ4).compress({ buffer: plain });
  expect(Buffer.compare(decompressFrameSync(packed), plain)).toBe(0);
});
