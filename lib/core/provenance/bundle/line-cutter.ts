import { maxLineBytes } from './lines';

/** The input is no bundle, or can't be one; the message says why, in one line. */
export class BundleError extends Error {
  override name = 'BundleError';
}

const newline = 0x0a;

/** Cuts bytes into lines as they come. Holds the line that is not over yet, and no more than one may have. */
export class LineCutter {
  #rest: Uint8Array[] = [];
  #restLength = 0;
  /** Lines so far. */
  count = 0;

  /**
   * Calls back for each line that ends in this chunk, without its newline, and with the offset behind the newline in the chunk.
   * The bytes of a line are the chunk's own where it lies within it; one that was begun in chunks before `isJoined`. Throws BundleError for a line that is too long.
   */
  push(chunk: Uint8Array, each: (line: Uint8Array, end: number, isJoined: boolean) => void): void {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      const line = chunk.subarray(start, end);
      this.count++;
      const isJoined = this.#restLength > 0;
      each(isJoined ? this.#joined(line) : line, end + 1, isJoined);
      start = end + 1;
    }
    if (start === chunk.length) return;
    const rest = chunk.slice(start);
    this.#restLength += rest.length;
    if (this.#restLength > maxLineBytes) {
      throw new BundleError(`line ${this.count + 1} is longer than ${maxLineBytes} bytes: this is not a bundle`);
    }
    this.#rest.push(rest);
  }

  /** Whether bytes are left that no newline ends. */
  get unfinished(): boolean {
    return this.#restLength > 0;
  }

  #joined(end: Uint8Array): Uint8Array {
    const line = new Uint8Array(this.#restLength + end.length);
    let at = 0;
    for (const part of this.#rest) {
      line.set(part, at);
      at += part.length;
    }
    line.set(end, at);
    this.#rest = [];
    this.#restLength = 0;
    if (line.length > maxLineBytes) {
      throw new BundleError(`line ${this.count} is longer than ${maxLineBytes} bytes: this is not a bundle`);
    }
    return line;
  }
}
