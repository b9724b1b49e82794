import type { Printer } from '../context/prints';
import type { Engine, Gate } from '../detection/engine';
import { bytesWithout, canonicalBytes } from '../event/canonical';
import type { AuditEvent } from '../event/envelope';
import type { Sha256Hex } from '../event/hash';
import type { Refusal } from '../event/result';
import { encodeCore } from '../provenance/core';
import type { ReceiptCrypto } from '../provenance/receipts/receipt';
import type { SignatureVerifier } from '../provenance/signature';
import { Commitments, type Committed } from '../redaction/commitments';
import type { Disclosed } from '../redaction/disclosures';
import { canonicalOf, categoryOf } from '../redaction/find';
import { commitIdentity } from '../redaction/identity';
import { type Redaction, redactEvent } from '../redaction/redact';
import { normalise } from '../text/normalise';
import type { Facts } from './contract';
import { type Disclosures, disclosedIn } from './disclosed';
import type { Opened } from './read';
import { type JudgedReceipt, judgeReceipt, noteCopy } from './receipts';
import { type SubjectFact, sourceSubjectKey } from './subjects';
import { verifyProducer } from './verify';

export interface CaseTools {
  /** As hexadecimal digits. */
  sha256: Sha256Hex;
  signatures: SignatureVerifier;
  engine: Engine;
  /** Keyed, 16 hexadecimal digits. */
  fingerprint(value: string): string;
  printer: Printer;
  crypto: ReceiptCrypto;
  /** Whether an event's word is believed that it was generated. Elsewhere than in a demonstration an attack could say so. */
  believeGenerated: boolean;
}

const nothing: Redaction[] = [];
const nothingCommitted: readonly Committed<SubjectFact>[] = [];
const nobody: Disclosures = { list: [], person: null };
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
  /** What the event's signer disclosed. */
  private disclosures = nobody;
  /** Who acts, where it is a person. */
  person: SubjectFact | null = null;
  /** What its markers stand for. */
  committed: readonly Committed<SubjectFact>[] = nothingCommitted;
  /** The receipt that the event was made of. */
  receipt: JudgedReceipt | null = null;
  /** Keys of subjects that are not known yet: `redact` must be called again when they are. */
  missing: ReadonlySet<string> | null = null;
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
  verify(facts: Facts, { signatures, sha256, crypto }: CaseTools): Refusal | null {
    const kid = verifyProducer(this.opened, this.core, facts, signatures, sha256);
    if (!kid.ok) return kid.refusal;
    this.kid = kid.value;
    if (kid.value !== null) this.registry = facts.keys.get(kid.value)?.registry ?? null;
    const { event, disclosures } = this.opened;
    const disclosed = disclosedIn(event, disclosures, this.kid !== null, crypto.hmacSha256);
    if ('reason' in disclosed) return disclosed;
    this.disclosures = disclosed;
    this.receipt = judgeReceipt(this.opened, facts, crypto);
    return null;
  }

  /** Puts markers in place of what is secret or personal. What it leaves in `missing` must be known before it is called again. */
  redact(facts: Facts, { engine, fingerprint, crypto }: CaseTools): void {
    const { event } = this.opened;
    const { list, person } = this.disclosures;
    const signed = this.kid !== null;
    this.gate ??= engine.gate(event, signed);
    const commitments = new Commitments<SubjectFact>(
      crypto.hmacSha256,
      event,
      person ?? sourceSubjectKey(event.source),
      (key) => facts.subjects.get(key),
      nextAfter(list),
    );
    const identified = commitIdentity(event, commitments, signed);
    this.event = identified.event;
    if (this.gate.redact) {
      // A signed event was redacted before it was signed; in others a marker is what somebody wrote.
      const redacted = redactEvent(this.event, {
        mark: commitments.found,
        fingerprint,
        markers: signed ? 'made' : 'forged',
        disclosed: list.length === 0 ? undefined : fingerprintsOf(list, fingerprint),
        own: identified.own,
        suspects: this.gate.suspects,
      });
      this.event = redacted.event;
      this.redactions = redacted.redactions;
      this.secrets = redacted.redactions.filter((one) => one.category === 'secret' && one.fingerprint !== '');
    }
    if (this.receipt !== null) noteCopy(this.opened, this.event);
    for (const { pointer, n, kind, value, k } of list) commitments.adopt(kind, pointer, n, value, k);
    this.person = person === null ? null : (facts.subjects.get(person) ?? null);
    if (person !== null && this.person === null) commitments.miss(person);
    this.committed = commitments.made;
    this.missing = commitments.missing;
  }

  /**
   * The body is the bytes as they came, where they are the canonical JSON of what is stored; else that is written anew. Of
   * bytes that held a secret no plain hash is kept: with all around it stored, few enough secrets may fit to try them all.
   */
  hash({ sha256 }: CaseTools): void {
    const { canonical, event, message, disclosures } = this.opened;
    const same = this.event === event;
    if (canonical === null || !same) this.body = canonicalBytes(this.event);
    else if (disclosures === undefined) this.body = message.bytes;
    else this.body = bytesWithout(message.bytes, canonical.cutStart, canonical.cutEnd);
    this.eventHash = sha256(this.body);
    if (canonical === null && same && disclosures === undefined) this.rawHash = sha256(message.bytes);
  }

  print({ printer }: CaseTools): void {
    const { normal, redact } = this.gate as Gate;
    const prints = printer.ofEvent(this.event, (text) => normal.get(text) ?? (redact ? normalise(text) : text));
    if (prints.length > 0) this.prints = prints;
  }
}

/** The first number that the signer has not given to a marker. */
function nextAfter(list: readonly Disclosed[]): number {
  let next = 0;
  for (const { n } of list) if (n >= next) next = n + 1;
  return next;
}

/** By marker; only secrets are looked for elsewhere. */
function fingerprintsOf(list: readonly Disclosed[], fingerprint: (value: string) => string): Map<string, string> {
  const prints = new Map<string, string>();
  for (const { kind, marker, value } of list) {
    if (categoryOf(kind) === 'secret') prints.set(marker, fingerprint(canonicalOf(kind, String(value))));
  }
  return prints;
}
