import type { ClientBase } from 'pg';
import { equalBytes } from '../../core/provenance/bytes';
import { openCheckpoint } from '../../core/provenance/checkpoint';
import { emptyLogState, LogWriter, type Tile } from '../../core/provenance/log-writer';
import { nodeCrypto, sha256 } from '../../platform/crypto';
import { readCheckpoints, type StoredCheckpoint } from '../checkpoint';
import type { LogHead } from '../log';
import type { Finding, Findings } from './report';

/** Grows the tree anew from recomputed leaves, and compares tiles, checkpoints and the head as they are reached. */
export class TreeCheck {
  checkpoints = 0;
  readonly #writer: LogWriter;
  /** Checkpoints that were read ahead; null before the first reading. */
  #waiting: StoredCheckpoint[] | null = null;
  /** Where to read on; null where there are no more. */
  #after: number | null = null;
  #tiles = 0;
  #lastGood: number;
  #rootsDiffer = false;

  constructor(
    readonly client: ClientBase,
    readonly head: LogHead,
    readonly publicKey: Uint8Array,
    readonly findings: Findings,
    /** The tree before the first leaf that will be appended; missing: empty. */
    readonly start = emptyLogState(),
  ) {
    this.#writer = new LogWriter(sha256, start);
    this.#lastGood = start.size;
  }

  async append(leafHashes: Uint8Array[]): Promise<void> {
    for (let at = 0; ; ) {
      const next = await this.#nextCheckpoint();
      if (next?.size === this.#writer.size) {
        await this.#checkCheckpoint(next);
      } else if (at < leafHashes.length) {
        const until = next ? at + next.size - this.#writer.size : leafHashes.length;
        const { newTiles } = this.#writer.append(leafHashes.slice(at, until));
        for (const tile of newTiles) await this.#checkTile(tile);
        at = until;
      } else {
        return;
      }
    }
  }

  /** After the last leaf: the head, and checkpoints and tiles that the log has no leaves for. */
  async finish(): Promise<void> {
    if (this.#writer.size === this.head.size) {
      if (!equalBytes(this.#writer.root(), this.head.root)) {
        this.#add('head', `log ${this.head.id}`, `The root of the head is not that of the ${this.head.size} leaves.`);
      }
      if (!equalBytes(this.#writer.frontier(), this.head.frontier)) {
        this.#add('head', `log ${this.head.id}`, 'The frontier of the head is not that of the leaves.');
      }
    }
    const { rows } = await this.client.query<{ count: string }>('SELECT count(*) FROM log_tile WHERE log_id = $1', [
      this.head.id,
    ]);
    const extra = Number(rows[0]?.count) - this.#tiles - tilesOf(this.start.size);
    if (extra > 0)
      this.#add('tile', `log_tile of log ${this.head.id}`, `${extra} tiles too many for the leaves that there are.`);
    for (let next = await this.#nextCheckpoint(); next; next = await this.#nextCheckpoint()) {
      this.#add(
        'checkpoint',
        this.#nameOf(next),
        `It was signed at ${next.size} entries, and the log has ${this.#writer.size}.`,
      );
      this.#take();
    }
  }

  async #checkTile(tile: Tile): Promise<void> {
    const { rows } = await this.client.query<{ hashes: Buffer; root: Buffer }>(
      'SELECT hashes, root FROM log_tile WHERE log_id = $1 AND level = $2 AND index = $3',
      [this.head.id, tile.level, tile.index],
    );
    const where = `log_tile ${this.head.id}/${tile.level}/${tile.index}`;
    const stored = rows[0];
    if (!stored) return this.#add('tile', where, 'The tile is missing.');
    this.#tiles++;
    const { level, index } = tile;
    for (let i = 0; i < 256; i++) {
      if (!equalBytes(stored.hashes.subarray(i * 32, i * 32 + 32), tile.hashes.subarray(i * 32, i * 32 + 32))) {
        const first = (index * 256 + i) * 256 ** level;
        const leaves = level === 0 ? `leaf ${first}` : `leaves ${first} to ${first + 256 ** level - 1}`;
        this.#add('tile', where, `Hash ${i} is not that of ${leaves}.`);
      }
    }
    if (!equalBytes(stored.root, tile.root))
      this.#add('tile', where, 'The root of the tile is not that of its leaves.');
  }

  async #checkCheckpoint(checkpoint: StoredCheckpoint): Promise<void> {
    this.#take();
    const where = this.#nameOf(checkpoint);
    try {
      const noted = openCheckpoint(nodeCrypto, checkpoint.note, { name: this.head.origin, publicKey: this.publicKey });
      if (noted.size !== checkpoint.size || !equalBytes(noted.root, checkpoint.root)) {
        this.#add('checkpoint', where, 'Size and root of the row are not those of the signed note.');
      }
      // The first that differs says where the history was changed; all later ones differ with it.
      if (equalBytes(noted.root, this.#writer.root())) {
        this.#lastGood = noted.size;
      } else if (!this.#rootsDiffer) {
        this.#rootsDiffer = true;
        this.#add(
          'checkpoint',
          where,
          `The signed root is not that of the leaves: entries ${this.#lastGood} to ${noted.size - 1} are not as they were when it was signed.`,
        );
      }
    } catch (error) {
      this.#add('checkpoint', where, error instanceof Error ? error.message : String(error));
    }
  }

  async #nextCheckpoint(): Promise<StoredCheckpoint | undefined> {
    if (this.#waiting === null || (this.#waiting.length === 0 && this.#after !== null)) {
      const more = await readCheckpoints(this.client, this.head.id, this.#after ?? this.start.size - 1, 500);
      this.#after = more.at(-1)?.size ?? null;
      this.#waiting = more;
    }
    return this.#waiting[0];
  }

  #take(): void {
    this.#waiting?.shift();
    this.checkpoints++;
  }

  #nameOf = (checkpoint: StoredCheckpoint): string => `checkpoint ${this.head.id}/${checkpoint.size}`;

  #add(what: Finding['what'], where: string, detail: string): void {
    this.findings.add({ log: this.head.origin, what, where, detail });
  }
}

/** Complete tiles of a log of so many leaves. */
function tilesOf(size: number): number {
  let tiles = 0;
  for (let rest = Math.floor(size / 256); rest > 0; rest = Math.floor(rest / 256)) tiles += rest;
  return tiles;
}
