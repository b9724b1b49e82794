import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSipHash } from '@/lib/core/context/siphash';

const mask = (1n << 64n) - 1n;
const rotate = (x: bigint, by: bigint) => ((x << by) | (x >> (64n - by))) & mask;
const little = (bytes: Uint8Array) => [...bytes].reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

/** As the paper has it, for messages of 8 bytes; c rounds for a block, d at the end. */
function naive(key: Uint8Array, message: bigint, c: number, d: number): bigint {
  const [k0, k1] = [little(key.subarray(0, 8)), little(key.subarray(8))];
  let [v0, v1, v2, v3] = [
    k0 ^ 0x736f6d6570736575n,
    k1 ^ 0x646f72616e646f6dn,
    k0 ^ 0x6c7967656e657261n,
    k1 ^ 0x7465646279746573n,
  ];
  const rounds = (count: number) => {
    for (let i = 0; i < count; i++) {
      v0 = (v0 + v1) & mask;
      v1 = rotate(v1, 13n) ^ v0;
      v0 = rotate(v0, 32n);
      v2 = (v2 + v3) & mask;
      v3 = rotate(v3, 16n) ^ v2;
      v0 = (v0 + v3) & mask;
      v3 = rotate(v3, 21n) ^ v0;
      v2 = (v2 + v1) & mask;
      v1 = rotate(v1, 17n) ^ v2;
      v2 = rotate(v2, 32n);
    }
  };
  for (const block of [message, 8n << 56n]) {
    v3 ^= block;
    rounds(c);
    v0 ^= block;
  }
  v2 ^= 0xffn;
  rounds(d);
  return v0 ^ v1 ^ v2 ^ v3;
}

const counting = Uint8Array.from({ length: 16 }, (_, i) => i);

test('the plain form gives the published vector of SipHash-2-4', () => {
  expect(naive(counting, 0x0706050403020100n, 2, 4)).toBe(0x93f5f5799a932462n);
});

test('on halves of 32 bits it is SipHash-1-3', () => {
  const out = new Int32Array(2);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.bigInt({ min: 0n, max: mask }), (key, message) => {
      createSipHash(key)(Number(message & 0xffffffffn) | 0, Number(message >> 32n) | 0, out);
      const [low, high] = [BigInt((out[0] as number) >>> 0), BigInt((out[1] as number) >>> 0)];
      expect((high << 32n) | low).toBe(naive(key, message, 1, 3));
    }),
  );
});

test('a key of another length is refused', () => {
  expect(() => createSipHash(new Uint8Array(8))).toThrow('16 bytes');
});
