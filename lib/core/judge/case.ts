import type { Printer } from '../context/prints';
import type { Engine, Gate } from '../detection/engine';
import { canonicalBytes } from '../event/canonical';
import type { AuditEvent } from '../event/envelope';
import type { Sha256Hex } from '../event/hash';
import type { Refusal } from '../event/result';
import { encodeCore } from '../provenance/core';
import type { SignatureVerifier } from '../provenance/signature';
import { type Redaction, redactEvent } from '../redaction/redact';
import { normalise } from '../text/normalise';
import type { Facts } from './contract';
import type { Opened } from './read';
import { verifyProducer } from './verify';

export interface CaseTools {
  /** As hexadecimal digits. */
  sha256: Sha256Hex;
  signatures: SignatureVerifier;
  engine: Engine;
  /** Keyed, 16 hexadecimal digits. */
  fingerprint(value: string): string;
  printer: Printer;
  /** Whether an event's word is believed that it was generated. Elsewhere than in a demonstration an attack could say so. */
  believeGenerated: boolean;
}

const nothing: Redaction[] = [];
const nothingStored = new Uint8Array(0);

/** One event on its way through the second pass; each step adds what it found out. */
export class Case {
  /** What the signature and the chain cover; empty where the event has neither. */
  readonly core: string;
  /** Of the key whose signature holds. */
  kid: string | null = null;
  /** Beside kid: place of the key registry that the key was looked up at. */
  registry: number | null = null;
  /** Redacted. */
  event: AuditEvent;
  gate: Gate | null = null;
  redactions: Redaction[] = nothing;
  /** Those of the redactions that are secrets. */
  secrets: Redaction[] = nothing;
  /** What is stored. */
  body: Uint8Array = nothingStored;
  /** SHA-256 of the body. */
  eventHash = '';
  /** SHA-256 of the message, where the body is another form of it. */
  rawHash: string | null = null;
  /** Of the content as it is stored. */
  prints: bigint[] | null = null;

  constructor(readonly opened: Opened) {
    this.event = opened.event;
    this.core = opened.place === null && opened.event.sig === undefined ? '' : encodeCore(opened.event);
  }

  /** Why nobody vouches for the event; null: it may go on. */
  verify(facts: Facts, { signatures, sha256 }: CaseTools): Refusal | null {
    const kid = verifyProducer(this.opened, this.core, facts, signatures, sha256);
    if (!kid.ok) return kid.refusal;
    this.kid = kid.value;
    if (kid.value !== null) this.registry = facts.keys.get(kid.value)?.registry ?? null;
    return null;
  }

  redact({ engine, fingerprint }: CaseTools): void {
    this.gate = engine.gate(this.event);
    if (!this.gate.redact) return;
    // A signed event was redacted before it was signed; in others a marker is what somebody wrote.
    const redacted = redactEvent(this.event, {
      fingerprint,
      markers: this.kid === null ? 'forged' : 'made',
      suspects: this.gate.suspects,
    });
    this.event = redacted.event;
    this.redactions = redacted.redactions;
    this.secrets = redacted.redactions.filter((one) => one.category === 'secret');
  }

  /**
   * The body is the bytes as they came, where they are the canonical JSON of what is stored; else that is written anew. Of
   * bytes that held a secret no plain hash is kept: with all around it stored, few enough secrets may fit to try them all.
   */
  hash({ sha256 }: CaseTools): void {
    const { canonical, event, message } = this.opened;
    const same = this.event === event;
    this.body = canonical !== null && same ? message.bytes : canonicalBytes(this.event);
    this.eventHash = sha256(this.body);
    if (canonical === null && same) this.rawHash = sha256(message.bytes);
  }

  print({ printer }: CaseTools): void {
    const { normal, redact } = this.gate as Gate;
    const prints = printer.ofEvent(this.event, (text) => normal.get(text) ?? (redact ? normalise(text) : text));
    if (prints.length > 0) this.prints = prints;
  }
}
