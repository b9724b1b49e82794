import { spawn } from 'node:child_process';
import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import type { Direction } from '../core/mcp/message';
import type { CaptureThread } from './capture-thread';
import { now } from './frame';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGWINCH'] as const;

/**
 * Runs a stdio server unchanged between its client and itself: bytes are passed on first and as they are, and only then copied.
 * Its standard error, the signals that this process gets, and its end are passed on too. Resolves with the exit code that this
 * process should end with, or the signal that the server died of.
 */
export async function tapStdio(
  command: string,
  args: string[],
  environment: Record<string, string | undefined>,
  capture: CaptureThread,
): Promise<{ code: number } | { signal: NodeJS.Signals }> {
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: environment as NodeJS.ProcessEnv,
  });
  const output = ownOutput();
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null; error?: Error }>((resolve) => {
    child.on('error', (error) => resolve({ code: null, signal: null, error }));
    // After exit and the end of its output.
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  const passOn = (signal: NodeJS.Signals) => void child.kill(signal);
  for (const signal of signals) process.on(signal, passOn);

  forward(process.stdin, child.stdin, 'to_server', capture);
  forward(child.stdout, output, 'to_client', capture);

  const { code, signal, error } = await ended;
  process.stdin.destroy();
  await flushed(output);
  await capture.close({ ...(signal ? { signal } : { exit_code: code }), ...(error ? { error: error.message } : {}) });
  for (const one of signals) process.off(one, passOn);
  if (error) {
    process.stderr.write(`custody tap: cannot run ${command}: ${error.message}\n`);
    return { code: (error as NodeJS.ErrnoException).code === 'ENOENT' ? 127 : 126 };
  }
  return signal ? { signal } : { code: code ?? 1 };
}

/** Ends this process as the server ended. */
export function endLike(end: { code: number } | { signal: NodeJS.Signals }): never {
  if ('code' in end) process.exit(end.code);
  process.kill(process.pid, end.signal);
  process.exit(128 + (constants.signals[end.signal] ?? 0));
}

function forward(from: Readable, to: Writable, direction: Direction, capture: CaptureThread): void {
  from.on('data', (chunk: Buffer) => {
    if (!to.write(chunk) && !to.destroyed) from.pause();
    // A copy of its own: what is handed to the other thread is gone here.
    capture.send({ kind: 'bytes', direction, at: now(), bytes: new Uint8Array(chunk) });
  });
  to.on('drain', () => from.resume());
  from.on('end', () => to.end());
  // The other side has gone; the ends of the processes say the rest.
  to.on('error', () => from.resume());
  from.on('error', () => to.end());
}

/**
 * Standard output that never blocks: Node writes to a pipe of its own synchronously, and a client that reads slowly would then
 * hold up the other direction too.
 */
function ownOutput(): Writable {
  const kind = fstatSync(1);
  return kind.isFIFO() || kind.isSocket() ? new Socket({ fd: 1, readable: false, writable: true }) : process.stdout;
}

const flushed = (output: Writable): Promise<void> =>
  output.writableLength === 0 || output.destroyed || output.writableFinished
    ? Promise.resolve()
    : new Promise((resolve) => {
        output
          .once('finish', resolve)
          .once('error', () => resolve())
          .once('close', resolve);
      });
