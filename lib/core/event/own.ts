import type { eventTypes } from './envelope';

/** The source of what this installation itself has to say. Its events are signed by the observer key. */
export const ownSource = 'urn:custody:self';

/** Names that no emitter may take: they are this installation's. */
export const isOwnName = (source: string): boolean => /^urn:custody:/i.test(source);

/** What this installation has to say: event types, without `mcp.audit.` and `.v1`. */
export type OwnEventType = Extract<
  (typeof eventTypes)[number],
  `key.${string}` | `chain.${string}` | 'erasure' | `retention.${string}` | `drill.${string}` | `log.${string}`
>;
