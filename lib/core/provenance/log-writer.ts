import { concat, equalBytes } from './bytes';
import type { Sha256 } from './crypto';
import { foldSubtrees, nodeHash } from './merkle';

/** A complete tile of c2sp.org/tlog-tiles: 256 hashes of one level, where level L holds the roots of subtrees of 256^L leaves. */
export interface Tile {
  level: number;
  index: number;
  /** 256 * 32 bytes. */
  hashes: Uint8Array;
  /** Root of the subtree over them: the tile's hash in the level above. */
  root: Uint8Array;
}

/** All that a log's one writer must know; plain data, so that it can go to another thread. */
export interface LogState {
  size: number;
  /** Hashes of the perfect subtrees that make up the tree, largest first: 32 bytes for each bit set in `size`. */
  frontier: Uint8Array;
  /** For each tile level the hashes of the incomplete tile at the right edge: 32 bytes each, as many as `partialWidth` says. */
  partial: Uint8Array[];
}

/** The stored parts of a log do not fit together: somebody changed them, or a writer was wrong. */
export class LogStateError extends Error {
  override name = 'LogStateError';
}

/** How many hashes the incomplete tile of this level has, in a log of `size` leaves: 0 to 255. */
export const partialWidth = (size: number, level: number): number => Math.floor(size / 256 ** level) % 256;

/** How many tile levels a log of `size` leaves has. */
export function tileLevels(size: number): number {
  let levels = 0;
  for (let width = size; width > 0; width = Math.floor(width / 256)) levels++;
  return levels;
}

/** State of a log without leaves. */
export const emptyLogState = (): LogState => ({ size: 0, frontier: new Uint8Array(0), partial: [] });

/**
 * The writing end of a log: leaf hashes go in, complete tiles and the root come out. It only moves forward; after a failed
 * transaction make a new one from the stored state.
 */
export class LogWriter {
  #sha256: Sha256;
  #size: number;
  /** Perfect subtrees, largest first. */
  #subtrees: Uint8Array[];
  /** By tile level. */
  #partial: Uint8Array[][];

  /** Throws LogStateError where the frontier and the incomplete tiles contradict each other. */
  constructor(sha256: Sha256, state: LogState = emptyLogState()) {
    this.#sha256 = sha256;
    this.#size = state.size;
    this.#subtrees = split(state.frontier);
    this.#partial = state.partial.map(split);
    this.#check();
  }

  get size(): number {
    return this.#size;
  }

  /** Appends leaf hashes in order. Answers the tiles that became complete, lower levels first, and the new root. */
  append(leafHashes: readonly Uint8Array[]): { newTiles: Tile[]; root: Uint8Array } {
    const newTiles: Tile[] = [];
    for (const leaf of leafHashes) {
      this.#tileAt(0).push(leaf);
      let hash = leaf;
      let height = 0;
      for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) {
        hash = nodeHash(this.#sha256, this.#subtrees.pop() as Uint8Array, hash);
        height++;
        if (height % 8 === 0) newTiles.push(this.#completeTile(height / 8 - 1, hash));
      }
      this.#subtrees.push(hash);
      this.#size++;
    }
    return { newTiles, root: this.root() };
  }

  /** Root hash of the tree as it stands. */
  root(): Uint8Array {
    return new Uint8Array(foldSubtrees(this.#sha256, this.#subtrees));
  }

  /** The frontier as bytes, as `LogState` has it. */
  frontier(): Uint8Array {
    return concat(...this.#subtrees);
  }

  state(): LogState {
    return {
      size: this.#size,
      frontier: this.frontier(),
      partial: this.#partial.map((hashes) => concat(...hashes)),
    };
  }

  #tileAt(level: number): Uint8Array[] {
    let tile = this.#partial[level];
    if (!tile) {
      tile = [];
      this.#partial[level] = tile;
    }
    return tile;
  }

  #completeTile(level: number, root: Uint8Array): Tile {
    const hashes = concat(...this.#tileAt(level));
    this.#partial[level] = [];
    this.#tileAt(level + 1).push(root);
    return { level, index: Math.floor(this.#size / 256 ** (level + 1)), hashes, root: new Uint8Array(root) };
  }

  #check(): void {
    const levels = tileLevels(this.#size);
    const subtrees: Uint8Array[] = [];
    for (let level = levels - 1; level >= 0; level--) {
      const hashes = this.#partial[level] ?? [];
      if (hashes.length !== partialWidth(this.#size, level)) {
        throw new LogStateError(
          `the incomplete tile of level ${level} has ${hashes.length} hashes, a log of ${this.#size} leaves needs ${partialWidth(this.#size, level)}`,
        );
      }
      subtrees.push(...perfectSubtrees(this.#sha256, hashes));
    }
    if (subtrees.length !== this.#subtrees.length || !equalBytes(concat(...subtrees), this.frontier())) {
      throw new LogStateError(`the frontier of the log at size ${this.#size} does not fit its incomplete tiles`);
    }
  }
}

/** Frontier of a log whose incomplete tiles, lowest level first, are these. */
export function frontierOf(sha256: Sha256, partial: readonly Uint8Array[]): Uint8Array {
  return concat(...[...partial].reverse().flatMap((hashes) => perfectSubtrees(sha256, split(hashes))));
}

/** Hashes of the perfect subtrees over a row of hashes, largest first. */
export function perfectSubtrees(sha256: Sha256, hashes: readonly Uint8Array[]): Uint8Array[] {
  const subtrees: Uint8Array[] = [];
  for (let i = 0; i < hashes.length; i++) {
    let hash = hashes[i] as Uint8Array;
    for (let rest = i; rest % 2 === 1; rest = (rest - 1) / 2) {
      hash = nodeHash(sha256, subtrees.pop() as Uint8Array, hash);
    }
    subtrees.push(hash);
  }
  return subtrees;
}

/** Cuts concatenated hashes. Throws LogStateError where they are not 32 bytes each. */
export function split(hashes: Uint8Array): Uint8Array[] {
  if (hashes.length % 32 !== 0) throw new LogStateError(`${hashes.length} bytes are not a row of 32 byte hashes`);
  return Array.from({ length: hashes.length / 32 }, (_, i) => new Uint8Array(hashes.subarray(i * 32, i * 32 + 32)));
}
