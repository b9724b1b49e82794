import {
  closeSync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** A place between two lines of the spool. */
export interface Position {
  segment: number;
  offset: number;
}

export interface SpoolBatch {
  /** Each without its newline. */
  lines: Buffer[];
  /** To acknowledge when all of them arrived. */
  upTo: Position;
}

export interface Spool {
  /** False, and nothing written, where the lines do not fit any more or the disk refuses them. `last`: a short word about that still fits. */
  append(lines: string[], last?: boolean): boolean;
  /** The oldest lines that are not acknowledged: at most so many, of so many bytes together, but one at least. Null: none. */
  read(maxLines: number, maxBytes: number): SpoolBatch | null;
  acknowledge(upTo: Position): void;
  /** The newest line ever written that is still there, acknowledged or not. */
  lastLine(): string | null;
  /** Makes what was appended safe against a power failure. */
  sync(): void;
  /** Bytes that wait. */
  waiting(): number;
  close(): void;
}

const fileOf = (segment: number) => `${String(segment).padStart(10, '0')}.ndjson`;

/**
 * Lines on disk until somebody confirms them: files of about `segmentBytes`, oldest deleted when all of it is confirmed,
 * except the newest. A line that a crash cut short is taken away at opening. For one process at a time.
 */
export function openSpool(folder: string, maxBytes: number, segmentBytes = 8 << 20): Spool {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const sizes = new Map<number, number>();
  for (const name of readdirSync(folder).sort()) {
    if (/^\d{10}\.ndjson$/.test(name)) sizes.set(Number.parseInt(name, 10), statSync(join(folder, name)).size);
  }
  if (sizes.size === 0) sizes.set(0, 0);
  let newest = Math.max(...sizes.keys());
  let writer = openSync(join(folder, fileOf(newest)), 'a+', 0o600);
  sizes.set(newest, cutTornLine(writer, sizes.get(newest) ?? 0));

  const marker = openSync(join(folder, 'acknowledged'), 'a+', 0o600);
  closeSync(marker);
  const ack = openSync(join(folder, 'acknowledged'), 'r+');
  let done = readMarker(join(folder, 'acknowledged'), Math.min(...sizes.keys()));
  const clean = () => {
    for (const segment of [...sizes.keys()]) {
      if (segment >= done.segment || segment === newest || isLastWritten(segment)) continue;
      rmSync(join(folder, fileOf(segment)), { force: true });
      sizes.delete(segment);
    }
  };
  /** The newest segment may be empty still; then the one before has the last line. */
  const isLastWritten = (segment: number) => sizes.get(newest) === 0 && segment === newest - 1;
  const waiting = () => {
    let total = 0;
    for (const [segment, size] of sizes) {
      if (segment > done.segment) total += size;
      else if (segment === done.segment) total += Math.max(0, size - done.offset);
    }
    return total;
  };

  return {
    append(lines, last = false) {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      if (waiting() + bytes.length > maxBytes + (last ? reserve : 0)) return false;
      if ((sizes.get(newest) ?? 0) >= segmentBytes) {
        fdatasyncSync(writer);
        closeSync(writer);
        newest += 1;
        writer = openSync(join(folder, fileOf(newest)), 'a+', 0o600);
        sizes.set(newest, 0);
      }
      const before = sizes.get(newest) ?? 0;
      try {
        for (let at = 0; at < bytes.length; ) at += writeSync(writer, bytes, at);
      } catch {
        // A full or broken disk must not leave half a line behind.
        ftruncateSync(writer, before);
        return false;
      }
      sizes.set(newest, before + bytes.length);
      clean();
      return true;
    },
    read(maxLines, maxBatchBytes) {
      let { segment, offset } = done;
      while (offset >= (sizes.get(segment) ?? 0)) {
        if (segment >= newest) return null;
        segment += 1;
        offset = 0;
      }
      const end = sizes.get(segment) ?? 0;
      const file = openSync(join(folder, fileOf(segment)), 'r');
      try {
        for (let length = maxBatchBytes; ; length *= 2) {
          const bytes = Buffer.alloc(Math.min(length, end - offset));
          readSync(file, bytes, 0, bytes.length, offset);
          // A line beyond the bound goes alone.
          const { lines, taken } = splitLines(bytes, length > maxBatchBytes ? 1 : maxLines);
          if (lines.length > 0) return { lines, upTo: { segment, offset: offset + taken } };
          if (bytes.length === end - offset) throw new Error(`spool ${folder}: segment ${segment} ends within a line`);
        }
      } finally {
        closeSync(file);
      }
    },
    acknowledge(upTo) {
      done = upTo;
      writeSync(ack, markerText(upTo), 0);
      clean();
    },
    lastLine() {
      for (const segment of [...sizes.keys()].sort((a, b) => b - a)) {
        if ((sizes.get(segment) ?? 0) === 0) continue;
        const lines = readFileSync(join(folder, fileOf(segment)), 'utf8')
          .trimEnd()
          .split('\n');
        return lines.at(-1) ?? null;
      }
      return null;
    },
    sync: () => fdatasyncSync(writer),
    waiting,
    close() {
      fdatasyncSync(writer);
      closeSync(writer);
      closeSync(ack);
    },
  };
}

/** Room beyond the bound, to say that it was reached. */
const reserve = 64 << 10;
const newline = 0x0a;

function splitLines(bytes: Buffer, maxLines: number): { lines: Buffer[]; taken: number } {
  const lines: Buffer[] = [];
  let taken = 0;
  while (lines.length < maxLines) {
    const end = bytes.indexOf(newline, taken);
    if (end < 0) break;
    lines.push(bytes.subarray(taken, end));
    taken = end + 1;
  }
  return { lines, taken };
}

/** Length of the file without a last line that lacks its end. */
function cutTornLine(file: number, size: number): number {
  const block = Buffer.alloc(65_536);
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - block.length);
    const read = readSync(file, block, 0, end - start, start);
    const last = block.subarray(0, read).lastIndexOf(newline);
    if (last >= 0) {
      const length = start + last + 1;
      if (length < size) ftruncateSync(file, length);
      return length;
    }
    end = start;
  }
  ftruncateSync(file, 0);
  return 0;
}

/** Always of the same length, so that one write replaces it. */
const markerText = ({ segment, offset }: Position) =>
  `${String(segment).padStart(10, '0')} ${String(offset).padStart(16, '0')}\n`;

function readMarker(path: string, oldest: number): Position {
  const match = /^(\d{10}) (\d{16})\n/.exec(readFileSync(path, 'utf8'));
  if (!match) return { segment: oldest, offset: 0 };
  return { segment: Number(match[1]), offset: Number(match[2]) };
}
