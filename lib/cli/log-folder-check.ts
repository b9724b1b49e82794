import { join } from 'node:path';
import { equalBytes, toHex } from '../core/provenance/bytes';
import { type Checkpoint, openCheckpoint, parseCheckpoint } from '../core/provenance/checkpoint';
import { LogWriter, partialWidth, split, tileLevels } from '../core/provenance/log-writer';
import { leafHash } from '../core/provenance/merkle';
import { NoteError, type VerifierKey } from '../core/provenance/note';
import type { TileRequest } from '../core/provenance/proof';
import { decodeEntries, type EntriesRequest, isTileOf, parseTilePath, tilePath } from '../core/provenance/tiles';
import { TimestampError, verifyTimestamp } from '../core/provenance/timestamp';
import { nodeCrypto, sha256 } from '../platform/crypto';
import { filesBelow, logFiles, readIfThere } from './log-folder';

export interface FolderReport {
  origin: string;
  size: number;
  /** Signed note with its cosignatures. */
  note: string;
  /** Bundles without entries, because retention took some away; their hashes are in the tiles. */
  pruned: number;
  timestamps: { size: number; time: string; signer: string; trusted: boolean }[];
  /** `<file>: <what is wrong>`; the first thousand. */
  findings: string[];
}

const mostFindings = 1_000;
const decoder = new TextDecoder();

/**
 * Checks an exported log with nothing but the folder and the log's key: the entries lead to the tiles, the tiles to the signed root,
 * nothing is missing, and nothing is there that does not belong to it. `authorities`: certificates (DER) of timestamp authorities.
 * Throws NoteError where there is no checkpoint of this key.
 */
export async function checkFolder(
  dir: string,
  key: VerifierKey,
  authorities: Uint8Array[] | null,
  progress: (done: number, total: number) => void,
): Promise<FolderReport> {
  const note = decoder.decode(readIfThere(join(dir, logFiles.checkpoint)) ?? new Uint8Array(0));
  const checkpoint = openCheckpoint(nodeCrypto, note, key);
  const check = new FolderCheck(dir, checkpoint, progress);
  check.rebuild();
  check.strays();
  await check.stamps(authorities);
  const { findings, pruned, timestamps } = check;
  return { origin: checkpoint.origin, size: checkpoint.size, note, pruned, timestamps, findings };
}

class FolderCheck {
  readonly findings: string[] = [];
  readonly timestamps: FolderReport['timestamps'] = [];
  pruned = 0;
  readonly #writer = new LogWriter(sha256);
  /** Roots at the sizes that were stamped. */
  readonly #roots = new Map<number, Uint8Array>();
  /** Those whose roots are still to be computed, rising. */
  readonly #due: number[];
  readonly #gone: { first: number; last: number }[];

  constructor(
    readonly dir: string,
    readonly checkpoint: Checkpoint,
    readonly progress: (done: number, total: number) => void,
  ) {
    this.#gone = this.#readPruned();
    this.#due = this.#stampedSizes().filter((size) => size > 0);
  }

  /** Grows the tree anew from the entries, and compares each tile when it is complete. */
  rebuild(): void {
    const { size, root } = this.checkpoint;
    for (let index = 0; index * 256 < size; index++) {
      const width = Math.min(256, size - index * 256);
      const leaves = this.#leavesOf(index, width);
      if (!leaves) {
        this.#add('tile', `from entry ${index * 256} on nothing can be rebuilt`);
        return;
      }
      this.#append(leaves);
      this.progress(index * 256 + width, size);
    }
    const { partial } = this.#writer.state();
    for (let level = 0; level < tileLevels(size); level++) {
      const width = partialWidth(size, level);
      if (width === 0) continue;
      this.#compare({ level, index: Math.floor(size / 256 ** (level + 1)), width }, partial[level] as Uint8Array);
    }
    if (!equalBytes(this.#writer.root(), root)) {
      this.#add(logFiles.checkpoint, `its root is not that of the ${size} entries`);
    }
  }

  #append(leaves: Uint8Array[]): void {
    for (let at = 0; at < leaves.length; ) {
      const until = Math.min(leaves.length, at + (this.#due[0] ?? Number.POSITIVE_INFINITY) - this.#writer.size);
      const { newTiles, root } = this.#writer.append(leaves.slice(at, until));
      for (const { level, index, hashes } of newTiles) this.#compare({ level, index, width: 256 }, hashes);
      if (this.#due[0] === this.#writer.size) this.#roots.set(this.#due.shift() as number, root);
      at = until;
    }
  }

  /** Hashes of a bundle's leaves; of one that retention took entries from, as its tile says. */
  #leavesOf(index: number, width: number): Uint8Array[] | null {
    const tile: EntriesRequest = { level: 'entries', index, width };
    const bundle = this.#read(tile);
    if (bundle) {
      const leaves = decodeEntries(bundle);
      if (leaves?.length === width) return leaves.map((leaf) => leafHash(sha256, leaf));
      this.#add(tilePath(tile), `does not hold ${width} entries`);
    } else if (this.#gone.some(({ first, last }) => first < index * 256 + width && last >= index * 256)) {
      this.pruned++;
    } else this.#add(tilePath(tile), 'is missing');
    const hashes = this.#read({ level: 0, index, width });
    return hashes?.length === width * 32 ? split(hashes) : null;
  }

  #compare(tile: TileRequest, hashes: Uint8Array): void {
    const stored = this.#read(tile);
    if (stored?.length !== hashes.length) {
      this.#add(tilePath(tile), stored ? `is not ${hashes.length} bytes long` : 'is missing');
    } else if (!equalBytes(stored, hashes)) {
      const first = split(stored).findIndex((hash, at) => !equalBytes(hash, hashes.subarray(at * 32, at * 32 + 32)));
      this.#add(tilePath(tile), `hash ${first} is not that of what lies below`);
    }
  }

  /** Files that the tree does not have; incomplete tiles of smaller trees must be the beginning of today's. */
  strays(): void {
    const { size } = this.checkpoint;
    for (const path of filesBelow(this.dir)) {
      if (!path.startsWith('tile/')) {
        if (!isOurs(path)) this.#add(path, 'does not belong to a log');
        continue;
      }
      const tile = parseTilePath(path);
      if (!tile || !isTileOf(tile, size)) this.#add(path, `is no tile of a tree of ${size} entries`);
      else if (tile.width < 256) this.#checkBeginning(path, tile);
    }
  }

  #checkBeginning(path: string, tile: TileRequest | EntriesRequest): void {
    const hashes = Math.floor(this.checkpoint.size / 256 ** (tile.level === 'entries' ? 0 : tile.level));
    const now = this.#read({ ...tile, width: Math.min(256, hashes - tile.index * 256) } as TileRequest);
    const stored = this.#read(tile);
    if (!stored || !now || stored === now) return;
    const whole = tile.level === 'entries' ? decodeEntries(stored)?.length : stored.length / 32;
    if (whole !== tile.width || !equalBytes(stored, now.subarray(0, stored.length))) {
      this.#add(path, 'is not the beginning of what it became');
    }
  }

  async stamps(authorities: Uint8Array[] | null): Promise<void> {
    for (const size of this.#stampedSizes()) {
      const name = `${logFiles.timestamps}/${size}`;
      try {
        const text = decoder.decode(readIfThere(join(this.dir, `${name}.txt`)) ?? new Uint8Array(0));
        const token = readIfThere(join(this.dir, `${name}.token`)) ?? new Uint8Array(0);
        const stamped = parseCheckpoint(text);
        const root = this.#roots.get(size) ?? new Uint8Array(0);
        if (stamped.origin !== this.checkpoint.origin || stamped.size !== size || !equalBytes(stamped.root, root))
          throw new NoteError(
            `it is not the tree of the first ${size} entries, whose root is ${toHex(root) || 'not known'}`,
          );
        const { time, signer, trusted } = await verifyTimestamp(token, text, authorities);
        this.timestamps.push({ size, time, signer, trusted });
      } catch (error) {
        if (!(error instanceof NoteError || error instanceof TimestampError)) throw error;
        this.#add(name, error.message);
      }
    }
  }

  #stampedSizes(): number[] {
    const names = [...filesBelow(this.dir)].map(
      (path) => /^timestamps\/(0|[1-9]\d{0,15})\.(?:txt|token)$/.exec(path)?.[1],
    );
    return [...new Set(names.filter((name) => name !== undefined).map(Number))].sort((a, b) => a - b);
  }

  #readPruned(): { first: number; last: number }[] {
    const text = decoder.decode(readIfThere(join(this.dir, logFiles.pruned)) ?? new Uint8Array(0));
    return text
      .split('\n')
      .map((line) => /^(\d+) (\d+)$/.exec(line))
      .flatMap((match) => (match ? [{ first: Number(match[1]), last: Number(match[2]) }] : []));
  }

  #read = (tile: TileRequest | EntriesRequest): Uint8Array | null =>
    readIfThere(join(this.dir, ...tilePath(tile).split('/')));

  #add(where: string, what: string): void {
    if (this.findings.length < mostFindings) this.findings.push(`${where}: ${what}`);
  }
}

const isOurs = (path: string): boolean =>
  [logFiles.checkpoint, logFiles.key, logFiles.pruned].includes(path as never) ||
  /^timestamps\/(0|[1-9]\d{0,15})\.(?:txt|token)$/.test(path);
