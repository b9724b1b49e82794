/** Cuts a stream of bytes, seen in chunks, into lines. Works on copies: nothing here can hold the stream up. */
export interface LineFramer {
  /** Lines that end in this chunk, without their ends; empty ones left out. */
  push(chunk: Uint8Array): Buffer[];
  /** Bytes are missing here: what was begun is thrown away, up to the next end of a line. */
  skip(): void;
  /** What stands behind the last end of a line; after that the framer is new again. */
  rest(): Buffer[];
  /** Lines left out because they were longer than the bound, since the last call. */
  takeOversized(): number;
}

const newline = 0x0a;
const carriageReturn = 0x0d;

/** `maxLine`: most bytes of one line. */
export function createLineFramer(maxLine: number): LineFramer {
  let parts: Uint8Array[] = [];
  let length = 0;
  let skipping = false;
  let oversized = 0;

  const add = (part: Uint8Array) => {
    if (skipping || part.length === 0) return;
    length += part.length;
    parts.push(part);
    if (length <= maxLine) return;
    skipping = true;
    oversized += 1;
    parts = [];
  };
  const finish = (): Buffer[] => {
    const line = Buffer.concat(parts);
    const whole = !skipping;
    parts = [];
    length = 0;
    skipping = false;
    const end = line.at(-1) === carriageReturn ? line.length - 1 : line.length;
    return whole && end > 0 ? [line.subarray(0, end)] : [];
  };

  return {
    push(chunk) {
      const lines: Buffer[] = [];
      let start = 0;
      for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
        add(chunk.subarray(start, end));
        lines.push(...finish());
        start = end + 1;
      }
      add(chunk.subarray(start));
      return lines;
    },
    skip() {
      parts = [];
      skipping = true;
    },
    rest: finish,
    takeOversized() {
      const count = oversized;
      oversized = 0;
      return count;
    },
  };
}
