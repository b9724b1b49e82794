import type { AuditEvent, ToolDefinition } from '../event/envelope';
import type { ChainVerdict, Duplicate, SecretSighting, ServerFacts } from '../judge/contract';
import type { Redaction } from '../redaction/redact';
import type { Severity } from '../severity';

/**
 * A detection rule: metadata and one pure function in `rules/<id>.ts`, and its cases in `rules/<id>.cases.json`.
 * Nothing else changes when a rule is added: the registry is written from the folder.
 */
export interface Rule {
  /** kebab-case, never reused. */
  id: string;
  title: string;
  description: string;
  /** Class of the labelled corpora: `tool_poisoning`, `command_injection` ... */
  class: string;
  /** Sigma vocabulary. */
  status: 'experimental' | 'test' | 'stable';
  level: Severity;
  /** Catalogue ids, each with the catalogue's version: `safe.t1001`, `owasp.mcp03`, `atlas.aml.t0051`, `attack.t1059`. */
  tags: string[];
  falsePositives: string[];
  /** What to do, step by step, first step first. */
  triage: string[];
  /**
   * Words in lower-case printable ASCII, of which at least one stands in the event's decoded strings wherever the rule can match;
   * the gate skips the rule otherwise. Empty: the rule is called for each event it applies to.
   */
  keywords: string[];
  /** Where the keywords are looked for: what a client sent, what a server said (its definitions too), or both (the default). */
  within?: 'inputs' | 'outputs';
  /** Event types (without `mcp.audit.` and `.v1`) the rule looks at; empty: all, duplicates included. */
  types: string[];
  /** Finds nothing, one or several things. Never throws, never looks outside its arguments. */
  match(view: EventView): Finding[];
}

/** What a rule sees. */
export interface EventView {
  event: AuditEvent;
  /** Pseudonym of the person who acts; null: nobody does, or they are not known. */
  person: string | null;
  /** Every string of the request's arguments and of the result, decoded, bounded; `pointer` leads into the event. */
  inputs: TextField[];
  outputs: TextField[];
  /** Tool definitions that this event introduces or changes, with what was known before; null: first seen. */
  definitions: { now: ToolDefinition; before: ToolDefinition | null }[];
  /** null: a server that was never seen. */
  server: ServerFacts | null;
  chain: ChainVerdict;
  /** Set where this is an event that is stored already. */
  duplicate: (Duplicate & { ageMs: number }) | null;
  /** Sightings of the secrets in this event, elsewhere. */
  sightings: SecretSighting[];
  /** Markers that redaction left in this event. */
  redactions: Redaction[];
}

export interface TextField {
  /** RFC 6901 pointer into the event. */
  pointer: string;
  /** As it stands in the event. */
  text: string;
  /** After bounded decoding and Unicode folding; the same as `text` where nothing changed. */
  normal: string;
}

export interface Finding {
  /** One sentence for a person: what happened, with names. What the call carried stands in the evidence alone: not all who see alerts may see that. */
  summary: string;
  /** Lowers or raises the rule's level for this finding. */
  level?: Severity;
  /** What makes this the same problem as another: same rule and same key fold into one alert. */
  dedup: string;
  evidence: Evidence[];
}

export interface Evidence {
  pointer: string;
  /** At most 400 characters around the decisive ones. */
  excerpt: string;
  /** Decisive characters within `excerpt`: UTF-16 offsets. */
  marks: [start: number, end: number][];
  note?: string;
}

/** A finding with its rule: what is stored. */
export interface Detection extends Finding {
  ruleId: string;
  severity: number;
  title: string;
}

/** A detection with what its alert says of the event. */
export interface EventDetection extends Detection {
  eventId: string;
  eventTime: string;
  server: string | null;
  tool: string | null;
  actor: string | null;
  session: string | null;
  generated: boolean;
}
