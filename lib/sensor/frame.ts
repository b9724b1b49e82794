import type { Direction } from '../core/mcp/message';

/** What the wire side tells the capturing side, in order. `at`: milliseconds since 1970, with fractions. */
export type Frame =
  | { kind: 'bytes'; direction: Direction; at: number; bytes: Uint8Array }
  | { kind: 'gap'; direction: Direction }
  | {
      kind: 'http_request';
      exchange: number;
      at: number;
      method: string;
      path: string;
      headers: Record<string, string>;
      ip: string;
    }
  | { kind: 'http_response'; exchange: number; at: number; status: number; headers: Record<string, string> }
  | { kind: 'http_bytes'; exchange: number; direction: Direction; at: number; bytes: Uint8Array }
  /** The body is whole, or (`complete` false) broke off. */
  | { kind: 'http_end'; exchange: number; direction: Direction; at: number; complete: boolean }
  /** Frames that found no room. */
  | { kind: 'dropped'; at: number; count: number; reason: string }
  | { kind: 'close'; at: number; detail: Record<string, unknown> };

/** Wall clock with the resolution of the monotonic one. */
export const now = (): number => performance.timeOrigin + performance.now();
