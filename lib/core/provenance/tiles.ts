import { concat, utf8 } from './bytes';
import type { TileRequest } from './proof';

/** Paths and entry bundles of c2sp.org/tlog-tiles. */

/** A bundle of up to 256 leaves: `width` of them, from leaf index * 256 on. */
export interface EntriesRequest {
  level: 'entries';
  index: number;
  width: number;
}

/** `tile/<L>/<N>[.p/<W>]`, or `tile/entries/<N>[.p/<W>]`. */
export function tilePath({ level, index, width }: TileRequest | EntriesRequest): string {
  const groups = String(index)
    .padStart(Math.ceil(String(index).length / 3) * 3, '0')
    .match(/\d{3}/g) as string[];
  const last = groups.pop() as string;
  return `tile/${level}/${groups.map((group) => `x${group}/`).join('')}${last}${width < 256 ? `.p/${width}` : ''}`;
}

/** Reads what tilePath writes, and nothing else: null. Whether such a tile is there is the tree's to say. */
export function parseTilePath(path: string): TileRequest | EntriesRequest | null {
  const [, level = '', index = '', width] =
    /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/){0,4}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path) ?? [];
  const request = {
    level: level === 'entries' ? level : Number(level),
    index: Number(index.replaceAll(/[x/]/g, '')),
    width: width === undefined ? 256 : Number(width),
  } as TileRequest | EntriesRequest;
  return level !== '' && request.width <= 256 && isLevel(request.level) && tilePath(request) === path ? request : null;
}

const isLevel = (level: number | 'entries'): boolean => level === 'entries' || level < 64;

/** Whether a tree of `size` leaves has this tile, whole or as wide as asked. */
export function isTileOf({ level, index, width }: TileRequest | EntriesRequest, size: number): boolean {
  const hashes = Math.floor(size / 256 ** (level === 'entries' ? 0 : level)) - index * 256;
  return width <= hashes;
}

/** All tiles and bundles that a tree of `size` leaves has, lowest level first, bundles before; the incomplete one of each level last. */
export function* tilesOf(size: number): Generator<TileRequest | EntriesRequest> {
  yield* levelOf('entries', size);
  for (let level = 0, width = size; width > 0; level++, width = Math.floor(width / 256)) yield* levelOf(level, width);
}

function* levelOf(level: number | 'entries', hashes: number): Generator<TileRequest | EntriesRequest> {
  for (let index = 0; index * 256 < hashes; index++) {
    yield { level, index, width: Math.min(256, hashes - index * 256) } as TileRequest | EntriesRequest;
  }
}

/** Leaves, each behind its length in two bytes, the higher first. Throws RangeError for one over 65,535 bytes. */
export function encodeEntries(leaves: readonly string[]): Uint8Array {
  return concat(
    ...leaves.flatMap((leaf) => {
      const bytes = utf8(leaf);
      if (bytes.length > 0xffff)
        throw new RangeError(`a leaf of ${bytes.length} bytes does not fit into an entry bundle`);
      return [Uint8Array.of(bytes.length >> 8, bytes.length & 0xff), bytes];
    }),
  );
}

/** The leaves of a bundle; null where its lengths do not add up to it. */
export function decodeEntries(bundle: Uint8Array): Uint8Array[] | null {
  const leaves: Uint8Array[] = [];
  let at = 0;
  while (at + 2 <= bundle.length) {
    const length = ((bundle[at] as number) << 8) | (bundle[at + 1] as number);
    leaves.push(bundle.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return at === bundle.length ? leaves : null;
}
