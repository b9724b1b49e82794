import type { Sha256 } from './crypto';
import { partialWidth, perfectSubtrees, split } from './log-writer';
import { foldSubtrees } from './merkle';

/** A tile of c2sp.org/tlog-tiles, complete (256 hashes) or the first `width` hashes of it. */
export interface TileRequest {
  level: number;
  index: number;
  width: number;
}

/** Reads tiles of one log; answers in the order of the requests, 32 * width bytes each. */
export type ReadTiles = (requests: TileRequest[]) => Promise<Uint8Array[]>;

/** The perfect subtree of 2^height leaves that begins at leaf index * 2^height. */
export interface Subtree {
  height: number;
  index: number;
}

/** Inclusion proof (RFC 9162 section 2.1.3.1) of a leaf in the tree of the first `size` leaves. Throws RangeError for an index outside. */
export async function inclusionProof(
  sha256: Sha256,
  readTiles: ReadTiles,
  index: number,
  size: number,
): Promise<Uint8Array[]> {
  if (!(Number.isSafeInteger(index) && index >= 0 && index < size)) {
    throw new RangeError(`leaf ${index} is not in a tree of ${size} leaves`);
  }
  return hashRanges(sha256, readTiles, inclusionRanges(index, 0, size), size);
}

/** Consistency proof (RFC 9162 section 2.1.4.1) between the first `oldSize` and the first `size` leaves; empty from 0 and between equals. */
export async function consistencyProof(
  sha256: Sha256,
  readTiles: ReadTiles,
  oldSize: number,
  size: number,
): Promise<Uint8Array[]> {
  if (!(Number.isSafeInteger(oldSize) && oldSize >= 0 && oldSize <= size)) {
    throw new RangeError(`a tree of ${oldSize} leaves is not the beginning of one of ${size}`);
  }
  if (oldSize === 0 || oldSize === size) return [];
  return hashRanges(sha256, readTiles, consistencyRanges(oldSize, 0, size, true), size);
}

/** Root hash of the first `size` leaves, from their tiles. */
export async function rootFromTiles(sha256: Sha256, readTiles: ReadTiles, size: number): Promise<Uint8Array> {
  if (size === 0) return foldSubtrees(sha256, []);
  const [root] = await hashRanges(sha256, readTiles, [{ start: 0, end: size }], size);
  return root as Uint8Array;
}

interface LeafRange {
  start: number;
  end: number;
}

function inclusionRanges(index: number, start: number, end: number): LeafRange[] {
  if (end - start === 1) return [];
  const middle = start + splitPoint(end - start);
  return index < middle
    ? [...inclusionRanges(index, start, middle), { start: middle, end }]
    : [...inclusionRanges(index, middle, end), { start, end: middle }];
}

function consistencyRanges(oldEnd: number, start: number, end: number, wholeOldTree: boolean): LeafRange[] {
  if (oldEnd === end) return wholeOldTree ? [] : [{ start, end }];
  const middle = start + splitPoint(end - start);
  return oldEnd <= middle
    ? [...consistencyRanges(oldEnd, start, middle, wholeOldTree), { start: middle, end }]
    : [...consistencyRanges(oldEnd, middle, end, false), { start, end: middle }];
}

/** The largest power of two below `size`. */
function splitPoint(size: number): number {
  let point = 1;
  while (point * 2 < size) point *= 2;
  return point;
}

/** Hashes of ranges, each of which is a subtree of the tree of `size` leaves. */
async function hashRanges(
  sha256: Sha256,
  readTiles: ReadTiles,
  ranges: LeafRange[],
  size: number,
): Promise<Uint8Array[]> {
  const parts = ranges.map(perfectParts);
  const hashes = await subtreeHashes(sha256, readTiles, parts.flat(), size);
  return parts.map((subtrees) => foldSubtrees(sha256, hashes.splice(0, subtrees.length)));
}

/** Hashes of perfect subtrees of the tree of `size` leaves; each tile is read once. */
export async function subtreeHashes(
  sha256: Sha256,
  readTiles: ReadTiles,
  subtrees: readonly Subtree[],
  size: number,
): Promise<Uint8Array[]> {
  const requests = new Map<string, TileRequest>();
  for (const subtree of subtrees) {
    const tile = tileOf(subtree, size);
    requests.set(`${tile.level}/${tile.index}`, tile);
  }
  const answers = await readTiles([...requests.values()]);
  const tiles = new Map<string, Uint8Array[]>();
  [...requests].forEach(([name, { width }], i) => {
    const hashes = split(answers[i] as Uint8Array);
    if (hashes.length !== width)
      throw new RangeError(`tile ${name} has ${hashes.length} hashes where ${width} were asked`);
    tiles.set(name, hashes);
  });
  return subtrees.map((subtree) => hashOfSubtree(sha256, subtree, tiles));
}

/** Cuts a range into perfect subtrees, largest first. Its start is a multiple of the power of two at or above its length. */
export function perfectParts({ start, end }: LeafRange): Subtree[] {
  const parts: Subtree[] = [];
  for (let from = start; from < end; ) {
    let height = 0;
    while (from % 2 ** (height + 1) === 0 && from + 2 ** (height + 1) <= end) height++;
    parts.push({ height, index: from / 2 ** height });
    from += 2 ** height;
  }
  return parts;
}

/** The tile with the hashes under this subtree, as wide as a tree of `size` leaves has it. */
function tileOf({ height, index }: Subtree, size: number): TileRequest {
  const level = Math.floor(height / 8);
  const tile = Math.floor((index * 2 ** (height % 8)) / 256);
  const complete = (tile + 1) * 256 ** (level + 1) <= size;
  return { level, index: tile, width: complete ? 256 : partialWidth(size, level) };
}

function hashOfSubtree(sha256: Sha256, subtree: Subtree, tiles: Map<string, Uint8Array[]>): Uint8Array {
  const count = 2 ** (subtree.height % 8);
  const first = subtree.index * count;
  const level = Math.floor(subtree.height / 8);
  const tile = tiles.get(`${level}/${Math.floor(first / 256)}`) as Uint8Array[];
  const [hash] = perfectSubtrees(sha256, tile.slice(first % 256, (first % 256) + count));
  return hash as Uint8Array;
}
