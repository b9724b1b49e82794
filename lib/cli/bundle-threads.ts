import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { maxLineBytes } from '../core/provenance/bundle/lines';
import type { PackedBlock } from '../core/provenance/bundle/packed-block';
import type { BundleVerifier, ForReaders } from '../core/provenance/bundle/verify-bundle';

/** Bytes after which threads are worth their start. */
const worthIt = 2 << 20;
/** Blocks that a thread has before it, the one that it reads included. */
const ahead = 2;

/**
 * Verifies a bundle whose bytes come as `chunks`: threads, one for each core, read the lines, and this one follows the whole in its
 * order. What comes out is the same as without threads. `script`: bundle-thread, as source or bundled; null: no threads.
 */
export async function pushAll(
  verifier: BundleVerifier,
  chunks: AsyncIterable<Uint8Array>,
  script: URL | null,
  progress: (bytes: number) => void = () => {},
): Promise<void> {
  const most = script === null ? 0 : availableParallelism();
  const threads: Thread[] = [];
  const waiting: { bytes: Uint8Array; read: Promise<PackedBlock | null> }[] = [];
  const next = async () => {
    const { bytes, read } = waiting.shift() as (typeof waiting)[number];
    const block = await read;
    if (block) verifier.pushRead(bytes, block);
    else verifier.push(bytes);
    progress(bytes.length);
  };
  let seen = 0;
  let turn = 0;
  try {
    for await (const bytes of wholeLines(chunks)) {
      seen += bytes.length;
      const known = most > 1 && seen > worthIt ? verifier.forReaders : null;
      if (script && known) while (threads.length < most) threads.push(new Thread(script, known));
      const thread = threads[turn++ % most];
      // Only the last bytes have no newline at their end.
      if (!thread || bytes[bytes.length - 1] !== 0x0a) {
        while (waiting.length > 0) await next();
        verifier.push(bytes);
        progress(bytes.length);
        continue;
      }
      waiting.push({ bytes, read: thread.read(bytes) });
      if (waiting.length >= most * ahead) await next();
    }
    while (waiting.length > 0) await next();
  } finally {
    for (const thread of threads) thread.stop();
  }
}

/** The same bytes, cut behind newlines; what never has one comes at the end, or when it is longer than a line may be. */
async function* wholeLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array[] = [];
  let length = 0;
  const joined = () => new Uint8Array(Buffer.concat(rest, length));
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(0x0a) + 1;
    rest.push(chunk.subarray(0, end));
    length += end;
    if (end > 0) {
      yield joined();
      rest = [];
      length = 0;
    }
    rest.push(chunk.slice(end));
    length += chunk.length - end;
    if (length > maxLineBytes) {
      yield joined();
      rest = [];
      length = 0;
    }
  }
  if (length > 0) yield joined();
}

class Thread {
  readonly #worker: Worker;
  readonly #asked: ((block: PackedBlock | null) => void)[] = [];
  #ended = false;

  constructor(script: URL, known: ForReaders) {
    this.#worker = new Worker(script, {
      workerData: known,
      execArgv: script.pathname.endsWith('.ts') ? ['--import', 'tsx'] : [],
      // A block's objects are dead before this is full.
      resourceLimits: { maxYoungGenerationSizeMb: 96 },
    });
    this.#worker.on('message', (block: PackedBlock) => this.#asked.shift()?.(block));
    this.#worker.on('error', () => this.#end());
    this.#worker.on('exit', () => this.#end());
  }

  /** Null where the thread ended: then the lines are to be read without it. */
  read(bytes: Uint8Array): Promise<PackedBlock | null> {
    if (this.#ended) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#asked.push(resolve);
      this.#worker.postMessage(bytes);
    });
  }

  stop(): void {
    void this.#worker.terminate();
  }

  #end(): void {
    this.#ended = true;
    for (const resolve of this.#asked.splice(0)) resolve(null);
  }
}
