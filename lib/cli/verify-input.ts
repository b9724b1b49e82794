import { createReadStream } from 'node:fs';
import { BundleError } from '../core/provenance/bundle/line-cutter';

/** What a file can't be, by its first bytes: packed files are not unpacked, because one of a kilobyte may hold a terabyte. */
const packed: [name: string, magic: number[]][] = [
  ['gzip', [0x1f, 0x8b]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
];

/** Largest file that is read whole; bundles are read as they come, however large. */
const maxWhole = 64 << 20;

export interface Input {
  /** The first bytes, at least 64 where the file has so many. */
  start: Uint8Array;
  /** All of it, the first bytes too. */
  chunks: AsyncIterable<Uint8Array>;
}

/** Opens a file, or standard input for `-`. Throws BundleError for a packed one; whatever the system says where there is none. */
export async function openInput(file: string): Promise<Input> {
  const stream: AsyncIterable<Buffer> =
    file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 1 << 20 });
  const chunks = stream[Symbol.asyncIterator]();
  const first: Buffer[] = [];
  let length = 0;
  while (length < 64) {
    const { value, done } = await chunks.next();
    if (done) break;
    first.push(value);
    length += value.length;
  }
  const start = Buffer.concat(first);
  const name = packed.find(([, magic]) => magic.every((byte, i) => start[i] === byte))?.[0];
  if (name) throw new BundleError(`the file is packed (${name}); unpack it first, and look at its size before you do`);
  return {
    start,
    chunks: (async function* () {
      yield start;
      yield* { [Symbol.asyncIterator]: () => chunks };
    })(),
  };
}

/** The whole of an input that is no bundle. Throws BundleError where it is too large. */
export async function readWhole({ chunks }: Input): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    length += chunk.length;
    if (length > maxWhole) {
      throw new BundleError(
        `the file has more than ${maxWhole >> 20} MiB and is no bundle; nothing else is that large`,
      );
    }
  }
  return Buffer.concat(parts);
}
