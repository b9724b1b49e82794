/**
 * What a call carried is payload: only roles with `payload:read` see it, and each look is recorded.
 * What a server publishes about itself, and the envelope's own members, are metadata that every reader may see.
 */
const metadata = [
  '/data/tools_list/',
  '/data/tool/',
  '/data/server/',
  '/data/mcp/',
  '/data/outcome/',
  '/data/timing/',
  '/data/chain/',
  '/data/drill/',
  '/data/key/',
  '/data/erasure/',
  '/data/retention/',
  '/data/equivocation/',
];

/** Whether an RFC 6901 pointer into an event leads to payload. Unknown places count as payload. */
export const isPayload = (pointer: string): boolean =>
  pointer.startsWith('/data') && !metadata.some((prefix) => pointer.startsWith(prefix));
