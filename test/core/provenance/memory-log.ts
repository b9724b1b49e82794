import { concat } from '@/lib/core/provenance/bytes';
import { LogWriter, split } from '@/lib/core/provenance/log-writer';
import { rootOf } from '@/lib/core/provenance/merkle';
import type { TileRequest } from '@/lib/core/provenance/proof';
import { sha256 } from '@/lib/platform/crypto';

/** A log in memory with the tiles that its writer gave out. */
export class MemoryLog {
  writer = new LogWriter(sha256);
  tiles = new Map<string, Uint8Array>();
  leaves: Uint8Array[] = [];

  append(leaves: Uint8Array[]): Uint8Array {
    const { newTiles, root } = this.writer.append(leaves);
    for (const { level, index, hashes } of newTiles) this.tiles.set(`${level}/${index}`, hashes);
    this.leaves.push(...leaves);
    return root;
  }

  readTiles = async (requests: TileRequest[]): Promise<Uint8Array[]> => requests.map((request) => this.#tile(request));

  #tile({ level, index, width }: TileRequest): Uint8Array {
    const whole = this.tiles.get(`${level}/${index}`);
    if (whole) return whole.subarray(0, width * 32);
    if (level === 0) return concat(...this.leaves.slice(index * 256, index * 256 + width));
    return concat(
      ...Array.from({ length: width }, (_, i) =>
        rootOf(sha256, split(this.#tile({ level: level - 1, index: index * 256 + i, width: 256 }))),
      ),
    );
  }
}
