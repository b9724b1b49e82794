import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

export interface Unpacker {
  push(bytes: Uint8Array, at: number): void;
  /** Calls back when all that was pushed came out. */
  end(at: number, done: () => void): void;
}

const streams: Record<string, () => ReturnType<typeof createGunzip>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  br: createBrotliDecompress,
  deflate: createInflate,
};

/** Undoes an HTTP content coding on the copy of a body. Bytes in an unknown or broken coding come out as nothing. */
export function createUnpacker(encoding: string | undefined, out: (bytes: Uint8Array, at: number) => void): Unpacker {
  const create = encoding ? streams[encoding.trim().toLowerCase()] : undefined;
  if (!create) {
    const plain = !encoding || encoding === 'identity';
    return { push: (bytes, at) => plain && out(bytes, at), end: (_at, done) => done() };
  }
  const stream = create();
  let latest = 0;
  let ended = () => {};
  stream.on('data', (bytes: Buffer) => out(bytes, latest));
  stream.on('error', () => ended());
  stream.on('end', () => ended());
  return {
    push(bytes, at) {
      latest = at;
      if (!stream.destroyed) stream.write(bytes);
    },
    end(at, done) {
      latest = at;
      ended = () => {
        ended = () => {};
        done();
      };
      if (stream.destroyed) ended();
      else stream.end();
    },
  };
}
