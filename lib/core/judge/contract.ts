import type { AuditEvent } from '../event/envelope';
import type { Refusal } from '../event/result';
import type { ReceiptPlace } from './receipts';
import type { SubjectFact } from './subjects';

/** One message as it came in: a Kafka record, or one item of an HTTP body. */
export interface Message {
  /** The value, decompressed. */
  bytes: Uint8Array;
  /** Lower-case names. CloudEvents binary mode has its attributes here (`ce_id`, `ce_source` ...). */
  headers: Record<string, string>;
  /** Kafka offset, or the place in the HTTP body. */
  position: bigint;
}

/** Head of one source's chain within one epoch; null where nothing of it is stored. */
export interface ChainHead {
  sequence: bigint;
  hash: string;
  time: string;
  kid: string | null;
  /** Sequences missing below the head, both ends included. */
  gaps: { from: bigint; to: bigint }[];
  /** Where there were more gaps than are kept: nothing is known of the sequences below this one. */
  floor?: bigint | undefined;
}

export interface SourceKey {
  kid: string;
  publicKey: Uint8Array;
  /** The source it may sign for. */
  source: string;
  revokedAt: string | null;
  /** Entries of the console's log up to and including the newest that says something of any key, as of this look. */
  registry: number;
}

/** What is known about a server before this batch. */
export interface ServerFacts {
  key: string;
  name: string;
  decision: 'unlisted' | 'approved' | 'denied';
  /** Newest definition of each tool, the one shown last at the end; null where it is too long to be kept. */
  tools: Map<string, { hash: string; definition: string | null }>;
}

/** An event that is stored already. */
export interface KnownEvent {
  id: string;
  eventHash: string;
  recordedAt: string;
  /** As it came in. */
  format?: string;
  /** Where somebody was erased since: SHA-256 of the body with its markers bare of commitments (./shape), hexadecimal. */
  shape?: string | null;
}

export interface SecretSighting {
  fingerprint: string;
  eventId: string;
  time: string;
  server: string;
  tool: string;
  actor: string;
  /** `out`: in a result that a server returned; `in`: in arguments sent to a server. */
  direction: 'in' | 'out';
}

/**
 * What the judge must know beyond the batch. It asks (Needs), the adapter looks up, the judge goes on.
 * A key that was looked up and not found is present with null (or an empty list), so that it is not asked again.
 */
export interface Facts {
  /** By `source` + U+0000 + `epoch`. */
  chains: Map<string, ChainHead | null>;
  /** By source: its newest chain, whichever epoch that is of. Asked for where an epoch begins. */
  epochs: Map<string, { epoch: string; sequence: bigint; hash: string } | null>;
  /** By kid. */
  keys: Map<string, SourceKey | null>;
  /** By source: kids of the keys enrolled for it; a source with keys, in force or not, may not send unsigned events. */
  sourceKids: Map<string, string[]>;
  /** By server key. */
  servers: Map<string, ServerFacts | null>;
  /** By event id, a space and its time: only asked for events at or below their chain's head, or after the database refused a duplicate. */
  known: Map<string, KnownEvent | null>;
  /** By fingerprint. */
  sightings: Map<string, SecretSighting[]>;
  /** By source, U+0000 and the hash of a receipt; null: it did not come in, and nothing names it. */
  receipts: Map<string, ReceiptPlace | null>;
  /** By normalised identifier, or what stands for a source (./subjects); whoever is asked for is there. */
  subjects: Map<string, SubjectFact>;
}
export type Needs = { [K in keyof Facts]: string[] };

/** How an event stands in its source's chain. */
export type ChainVerdict =
  | { kind: 'unchained' }
  | { kind: 'first' | 'next' }
  | { kind: 'gap'; missingFrom: bigint; missingTo: bigint }
  | { kind: 'late' }
  | { kind: 'fork'; sequence: bigint }
  | { kind: 'rollback'; sequence: bigint; head: bigint }
  | { kind: 'truncated'; head: bigint };

/** An event that arrived again; it is counted, not stored twice. */
export interface Duplicate {
  event: AuditEvent;
  original: KnownEvent;
}

export interface DeadLetter extends Refusal {
  position: bigint;
  /** Which of the events within one message; 0 where the message is one. */
  item: number;
  bytes: Uint8Array;
  headers: Record<string, string>;
}

/** One row of the event table, in the order of the COPY. See the table's migration for meanings. */
export interface EventRow {
  time: string;
  id: string;
  logIndex: number;
  recordedAt: string;
  source: string;
  epoch: string | null;
  sequence: bigint | null;
  kid: string | null;
  type: string;
  method: string | null;
  server: string | null;
  tool: string | null;
  actor: string | null;
  agent: string | null;
  client: string | null;
  session: string | null;
  trace: string | null;
  status: string;
  errorCode: number | null;
  durationUs: number | null;
  bytesIn: number | null;
  bytesOut: number | null;
  format: string;
  assertion: string;
  /** From where the emitter saw the call: `client`, `gateway`, `server` ... */
  vantage: string | null;
  generated: boolean;
  severity: number;
  /** Of a signed event: entries of the console's log up to and including the newest key entry known when it was judged. */
  registry: number | null;
  /** Fingerprints of the content that passed here: lib/core/context/prints.ts. null: none. */
  prints: bigint[] | null;
  /** Hexadecimal. */
  rawHash: string | null;
  /** Hexadecimal. */
  eventHash: string;
  leafHash: Uint8Array;
  /** Canonical JSON. */
  body: Uint8Array;
}
