import type { AuditEvent } from '../event/envelope';
import type { Sha256Hex } from '../event/hash';
import type { Json } from '../event/json';
import type { Result } from '../event/result';

/** What an adapter may know beyond the value itself. */
export interface SourceContext {
  /** Lower-case names, as in Message. */
  headers: Record<string, string>;
  /** Milliseconds since 1970; stands in where the emitter gave no time. */
  receivedAt: number;
  /**
   * What tells apart records with neither id nor time of their own: the delivery (the same when it comes again), the
   * message's place in it, and the item's place in the message.
   */
  place: { delivery: string; position: bigint; item: number };
  sha256: Sha256Hex;
}

/**
 * One format that emitters speak: a file here, a line in the registry, a fixture under test/fixtures/sources.
 * Both functions are pure, leave their arguments as they are, and never throw for bad data.
 */
export interface Source {
  /** Stored with each event as its format; stable. */
  id: string;
  title: string;
  /** Does this value speak the format? Cheap; what is a list was taken apart before. */
  detect(json: Json, headers: Record<string, string>): boolean;
  /** The event, not yet held against the schema. */
  toEvent(json: Json, ctx: SourceContext): Result<AuditEvent>;
}

/** One event of a message, or why there is none. */
export interface ReadEvent {
  /** Id of the source; `unknown` where none took it. */
  format: string;
  result: Result<AuditEvent>;
}
