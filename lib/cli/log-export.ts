import { join } from 'node:path';
import { formatVerifierKey, parseNote } from '../core/provenance/note';
import type { TileRequest } from '../core/provenance/proof';
import { type EntriesRequest, tilePath, tilesOf } from '../core/provenance/tiles';
import { sha256 } from '../platform/crypto';
import { env } from '../platform/env';
import { existingLogKey } from '../platform/keys';
import { printable } from '../platform/printable';
import { checkpointOfSize, latestCheckpoint, type StoredCheckpoint } from '../store/checkpoint';
import { readBundles } from '../store/entries';
import { type LogHead, readLogs } from '../store/log';
import { prunedRanges } from '../store/log-check';
import { closePool, pool } from '../store/pool';
import { tileReader } from '../store/tiles';
import { readTimestamps } from '../store/timestamps';
import { cosignedNote, publishedCheckpoint } from '../store/witnesses';
import { isThere, logFiles, removeDrafts, writeWhole } from './log-folder';

export interface ExportOptions {
  /** Number of one log; all where it is missing. */
  log?: string;
  /** The newest checkpoint, also where it does not meet the witness policy yet. */
  newest?: boolean;
}

/**
 * `custody log export DIR`: writes each log as static files into `DIR/<number>`. What is there already is not written again, so that
 * an export that was cut off goes on, and a later one adds what is new. The checkpoint comes last: what it covers is there.
 */
export async function exportLogs(dir: string, { log, newest = false }: ExportOptions): Promise<void> {
  const { CUSTODY_LOG_KEY: pem, CUSTODY_DATA: dataDir } = env();
  const { publicKey } = existingLogKey({ pem, dataDir });
  try {
    const logs = (await readLogs(pool())).filter(({ id }) => log === undefined || String(id) === log);
    if (logs.length === 0)
      throw new Error(
        log === undefined ? 'there is no log yet' : `there is no log ${log}; custody log list names them`,
      );
    for (const head of logs) await exportLog(join(dir, String(head.id)), head, publicKey, newest);
  } finally {
    await closePool();
  }
}

async function exportLog(dir: string, head: LogHead, publicKey: Uint8Array, newest: boolean): Promise<void> {
  const checkpoint = await (newest ? newestCheckpoint(head.id) : publishedCheckpoint(pool(), head.id));
  if (!checkpoint) {
    process.stdout.write(printable(`${head.origin}: no checkpoint yet, nothing written`).concat('\n'));
    return;
  }
  removeDrafts(dir);
  const { written, pruned } = await writeTiles(dir, head, checkpoint.size);
  const ranges = await prunedRanges(pool(), head.id, 0, checkpoint.size);
  if (ranges.length > 0)
    writeWhole(join(dir, logFiles.pruned), ranges.map(({ first, last }) => `${first} ${last}\n`).join(''));
  writeWhole(join(dir, logFiles.key), `${formatVerifierKey(sha256, { name: head.origin, publicKey })}\n`);
  const stamps = await writeTimestamps(dir, head.id, checkpoint.size);
  writeWhole(join(dir, logFiles.checkpoint), checkpoint.note);
  const gone = pruned > 0 ? `; ${pruned} bundles left out: retention took entries of them away` : '';
  const extent = `${checkpoint.size} entries, ${written} files written, ${stamps} timestamps`;
  process.stdout.write(`${printable(`${head.origin}: ${extent}${gone}`)}\n`);
}

async function newestCheckpoint(logId: number): Promise<StoredCheckpoint | null> {
  const checkpoint = await latestCheckpoint(pool(), logId);
  return checkpoint && { ...checkpoint, note: await cosignedNote(pool(), checkpoint) };
}

async function writeTiles(dir: string, head: LogHead, size: number): Promise<{ written: number; pruned: number }> {
  const progress = showProgress(head.origin, Math.ceil(size / 256));
  const bundles = new BundleReader(head, size);
  let written = 0;
  let pruned = 0;
  for (const tile of tilesOf(size)) {
    const path = join(dir, ...tilePath(tile).split('/'));
    if (tile.level === 'entries') progress(tile.index);
    if (isThere(path)) continue;
    const content = tile.level === 'entries' ? await bundles.read(tile) : await readTile(head, tile);
    if (content) {
      writeWhole(path, content);
      written++;
    } else pruned++;
  }
  return { written, pruned };
}

async function readTile(head: LogHead, tile: TileRequest): Promise<Uint8Array> {
  const [hashes] = await tileReader(pool(), head)([tile]);
  return hashes as Uint8Array;
}

/** Reads ahead, because bundles are asked for in order. */
class BundleReader {
  #first = 0;
  #ahead: (Uint8Array | null)[] = [];

  constructor(
    readonly head: LogHead,
    readonly size: number,
  ) {}

  async read({ index }: EntriesRequest): Promise<Uint8Array | null> {
    if (index < this.#first || index >= this.#first + this.#ahead.length) {
      this.#first = index;
      this.#ahead = await readBundles(pool(), this.head, index, this.size);
    }
    return this.#ahead[index - this.#first] ?? null;
  }
}

async function writeTimestamps(dir: string, logId: number, size: number): Promise<number> {
  let count = 0;
  let from = 0;
  for (;;) {
    const stamps = await readTimestamps(pool(), logId, from, size, 500);
    for (const stamp of stamps) {
      const checkpoint = await checkpointOfSize(pool(), logId, stamp.size);
      if (!checkpoint) continue;
      const name = join(dir, logFiles.timestamps, String(stamp.size));
      writeWhole(`${name}.txt`, parseNote(checkpoint.note).text);
      writeWhole(`${name}.token`, stamp.token);
      count++;
    }
    const last = stamps.at(-1);
    if (!last || stamps.length < 500) return count;
    from = last.size + 1;
  }
}

/** At most one line in a second where a person watches, else in ten. */
function showProgress(origin: string, bundles: number): (bundle: number) => void {
  let next = performance.now() + 1000;
  return (bundle) => {
    if (performance.now() < next) return;
    next = performance.now() + (process.stderr.isTTY ? 1000 : 10_000);
    process.stderr.write(
      `${printable(origin)}: bundle ${bundle} of ${bundles} (${Math.floor((bundle / bundles) * 100)} %)\n`,
    );
  };
}
