import { newConnection } from '../core/mcp/describe';
import type { Direction } from '../core/mcp/message';
import type { Capture, Seen } from './capture';
import type { Frame } from './frame';
import { createLineFramer } from './line-framer';

/** Longest message that is looked at. */
export const maxMessage = 16 << 20;

/** Reads the copies of a stdio connection: one JSON-RPC message, or batch, on each line. */
export function captureStdio(capture: Capture, identity: Seen['identity']) {
  const connection = newConnection();
  const framers = { to_server: createLineFramer(maxMessage), to_client: createLineFramer(maxMessage) };

  const line = (bytes: Buffer, direction: Direction, at: number) => {
    const seen: Seen = { scope: 'stdio', direction, at, bytes: bytes.length, connection, identity };
    if (capture.message(bytes, seen) === null) capture.dropped(1, 'not_json', at);
  };

  return (frame: Frame) => {
    switch (frame.kind) {
      case 'bytes': {
        const framer = framers[frame.direction];
        for (const bytes of framer.push(frame.bytes)) line(bytes, frame.direction, frame.at);
        capture.dropped(framer.takeOversized(), 'too_large', frame.at);
        return;
      }
      case 'gap':
        framers[frame.direction].skip();
        return;
      case 'close':
        for (const direction of ['to_server', 'to_client'] as const) {
          for (const bytes of framers[direction].rest()) line(bytes, direction, frame.at);
        }
        capture.close(frame.at);
        capture.note('lifecycle.close', frame.at, { lifecycle: { event: 'close' }, ext: { tap: frame.detail } });
    }
  };
}
