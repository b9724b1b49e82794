import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { CaptureWorkerData, FromCapture } from './capture-worker';
import { type Frame, now } from './frame';
import { inFlight, type SensorOptions } from './options';

export interface CaptureThread {
  /** Hands a frame over; bytes that find no room are left out and counted. Never throws, never waits. */
  send(frame: Frame): void;
  /** Where the sensor keeps its key, and the head of its chain; null until they are known. */
  folder(): string | null;
  chainHead(): string | null;
  /** Resolves when all is on disk, and sent where that went within the grace. */
  close(detail: Record<string, unknown>): Promise<void>;
}

/** Bytes of copies that may wait for the capturing thread. */
const maxInFlight = 64 << 20;
const restartMs = 1000;
/** What passed is evidence: the end of the process waits so long for it to be on disk. */
const lastWordsMs = 15_000;
/** Frames are handed over together, so that the other thread is not woken amid an exchange. */
const lingerMs = 5;
const lingerBytes = 1 << 20;

/**
 * Runs the capturing side in a thread of its own, so that parsing, signing and sending never stand in the way of the traffic,
 * whatever happens to them. A thread that dies is started again. `script`: where capture-worker lies, as source or bundled.
 */
export function startCaptureThread(options: SensorOptions, script: URL, say: (line: string) => void): CaptureThread {
  const shared = new SharedArrayBuffer(4);
  const counter = new Int32Array(shared);
  let worker: Worker | null = null;
  let ownFolder: string | null = null;
  let head: string | null = null;
  let dropped = 0;
  let closing: ((value?: unknown) => void) | null = null;

  const start = () => {
    Atomics.store(counter, inFlight, 0);
    const data: CaptureWorkerData = { options, shared };
    const execArgv = script.pathname.endsWith('.ts') ? ['--import', 'tsx'] : [];
    const thread = new Worker(script, { workerData: data, execArgv });
    let folder: string | null = null;
    worker = thread;
    thread.on('message', (message: FromCapture) => {
      if (message.kind === 'ready') {
        folder = message.folder;
        ownFolder = folder;
      } else if (message.kind === 'head') head = message.head;
      else closing?.();
    });
    thread.on('error', (error) => say(`capturing stopped: ${error.message}. Tools go on working, unseen.`));
    thread.on('exit', () => {
      worker = null;
      closing?.();
      // It could not let go of its lock itself; the process that holds it is this one.
      if (folder !== null) rmSync(join(folder, 'lock'), { force: true });
      if (!closing && folder !== null) setTimeout(start, restartMs).unref();
    });
    thread.unref();
  };
  let waiting: Frame[] = [];
  let waitingBytes = 0;
  let timer: NodeJS.Timeout | null = null;
  /** Bodies of which a part found no room. */
  const broken = new Set<string>();

  const handOver = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    const frames = waiting;
    waiting = [];
    waitingBytes = 0;
    worker?.postMessage(
      frames,
      frames.flatMap((frame) => ('bytes' in frame ? [frame.bytes.buffer as ArrayBuffer] : [])),
    );
  };
  const post = (frame: Frame) => {
    waiting.push(frame);
    waitingBytes += 'bytes' in frame ? frame.bytes.length : 0;
    if (waitingBytes > lingerBytes) handOver();
    else timer ??= setTimeout(handOver, lingerMs);
  };
  start();

  return {
    folder: () => ownFolder,
    chainHead: () => head,
    send(frame) {
      if (frame.kind === 'http_end' && broken.delete(`${frame.exchange} ${frame.direction}`)) {
        return post({ ...frame, complete: false });
      }
      if (!('bytes' in frame)) return post(frame);
      const size = frame.bytes.length;
      if (!worker || Atomics.load(counter, inFlight) + size > maxInFlight) {
        dropped += 1;
        if (frame.kind === 'bytes') post({ kind: 'gap', direction: frame.direction });
        else broken.add(`${frame.exchange} ${frame.direction}`);
        return;
      }
      if (dropped > 0) {
        post({ kind: 'dropped', at: frame.at, count: dropped, reason: 'capture_behind' });
        dropped = 0;
      }
      Atomics.add(counter, inFlight, size);
      post(frame);
    },
    async close(detail) {
      if (!worker) return;
      const closed = new Promise((resolve) => {
        closing = resolve;
      });
      worker.ref();
      if (dropped > 0) post({ kind: 'dropped', at: now(), count: dropped, reason: 'capture_behind' });
      post({ kind: 'close', at: now(), detail });
      handOver();
      await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, options.graceMs + lastWordsMs))]);
      await worker?.terminate();
    },
  };
}
