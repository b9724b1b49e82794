import type { Engine, Gate } from '../detection/engine';
import type { Redaction } from '../detection/rule';
import { canonicalJson } from '../event/canonical';
import type { AuditEvent } from '../event/envelope';
import type { Sha256 } from '../event/hash';
import { fromHex, utf8 } from '../provenance/bytes';
import { chainHash } from '../provenance/core';
import type { Crypto } from '../provenance/crypto';
import { hashLeaf } from '../provenance/leaf';
import type { SignatureVerifier } from '../provenance/signature';
import { redactEvent } from '../redaction/redact';
import { addUsage, type UsageRow } from '../usage/rollup';
import type { JudgedBatch, Outcome } from './batch';
import { ChainPreview, ChainSteps, type Place } from './chains';
import type { ChainVerdict, DeadLetter, EventRow, Facts, KnownEvent, Needs } from './contract';
import { Inventory, type WrittenAt } from './inventory';
import { knownKey, NeedsList } from './needs';
import { deadLetter, type Opened, type Reading } from './read';
import type { Refusal } from './result';
import { column, columnsOf } from './row';
import type { Sightings } from './sightings';
import { verifyProducer } from './verify';

/** What the judge works with; made once for each thread. */
export interface JudgeTools {
  crypto: Crypto;
  /** As hexadecimal digits. */
  sha256: Sha256;
  signatures: SignatureVerifier;
  engine: Engine;
  /** Keyed, 16 hexadecimal digits. */
  fingerprint(value: string): string;
}

/** What is known before the batch. The judge brings it up to what will be known after it. */
export interface JudgeState {
  facts: Facts;
  written: WrittenAt;
  sightings: Sightings;
  /** Leaves in the log. */
  size: number;
}

/** Called at the end of each stage, for those who measure. */
export type Lap = (stage: string) => void;

/**
 * The second pass over a batch: signatures, redaction, chains, detection, leaves, rows. Yields what it must know beyond
 * `state.facts`, and goes on once that is in there. `now`: milliseconds since 1970; the batch is recorded at that time.
 * `careful`: look every event up, because one of them is known to be stored already. `report`: answer outcomes too.
 */
export function* judgeBatch(
  reading: Reading,
  state: JudgeState,
  tools: JudgeTools,
  { now, careful, report, lap }: { now: number; careful: boolean; report: boolean; lap: Lap },
): Generator<Needs, JudgedBatch, void> {
  const { facts } = state;
  const dead: DeadLetter[] = [...reading.dead];
  yield* needed(facts, (needs) => askAll(needs, reading.opened, facts, careful));

  const vouched = verify(reading.opened, facts, tools, dead);
  lap('verify');
  const redacted = vouched.map((one) => redact(one, tools));
  lap('redact');
  const hashed = redacted.map((one) => hash(one, tools));
  lap('body');
  const secrets = hashed.flatMap((one) => one.secrets);
  if (secrets.length > 0) {
    yield* needed(facts, (needs) => {
      for (const { fingerprint } of secrets) needs.ask('sightings', fingerprint);
      // Facts that logs share can be thrown away while this one waits.
      askAll(needs, reading.opened, facts, careful);
    });
  }

  const recordedAt = new Date(now).toISOString();
  const chains = new ChainSteps(facts);
  const inventory = new Inventory(facts, state.written, now, tools.sha256);
  const usage = new Map<string, UsageRow>();
  const batch: JudgedBatch = {
    rows: [],
    chains: [],
    deadLetters: dead,
    detections: [],
    servers: [],
    definitions: [],
    sightings: [],
    usage: [],
    duplicates: 0,
    ruleErrors: [],
    outcomes: [],
  };
  for (const one of hashed) judgeEvent(one);
  lap('detect');

  function judgeEvent(one: Hashed): void {
    const { opened, event, place } = one;
    const stored = facts.known.get(knownKey(event.id, event.time)) ?? null;
    const row = rowOf(one, state.size + batch.rows.length, recordedAt);
    if (stored !== null) {
      batch.duplicates++;
      if (stored.eventHash !== one.eventHash) {
        dead.push(deadLetter(opened.message, opened.item, otherContent));
        detect(one, row, { kind: 'fork', sequence: place?.sequence ?? 0n }, null);
        return;
      }
      if (place) chains.repeated(event, place);
      if (report) note(opened, 'duplicate');
      detect(one, row, { kind: 'unchained' }, stored);
      return;
    }
    facts.known.set(knownKey(event.id, event.time), { id: event.id, eventHash: one.eventHash, recordedAt });
    const verdict: ChainVerdict = place
      ? chains.advance(event, place, chainHash(tools.crypto.sha256, opened.event), one.kid)
      : { kind: 'unchained' };
    detect(one, row, verdict, null);
    row.leafHash = hashLeaf(tools.crypto.sha256, {
      v: 1,
      id: event.id,
      source: event.source,
      epoch: place?.epoch,
      sequence: place === null ? undefined : event.sequence,
      event_hash: one.eventHash,
      recorded_at: recordedAt,
      kid: one.kid ?? undefined,
    });
    addUsage(usage, row, event.data.phase);
    batch.rows.push(row);
    if (report) note(opened, 'accepted');
  }

  function note({ message, item, event }: Opened, outcome: Outcome['outcome']): void {
    batch.outcomes.push({ position: message.position, item, outcome, id: event.id, refusal: null });
  }

  function detect(one: Hashed, row: EventRow, chain: ChainVerdict, original: KnownEvent | null): void {
    const { event } = one;
    const server = original ? (facts.servers.get(row.server ?? '') ?? null) : inventory.server(event, row);
    const own = state.sightings.of(one.secrets, row);
    const { detections, errors } = tools.engine.judge(
      {
        event,
        server,
        chain,
        duplicate: original && { event, original, ageMs: now - Date.parse(original.recordedAt) },
        definitions: original ? [] : inventory.definitionsOf(event, row),
        sightings: state.sightings.elsewhere(one.secrets, row.id, facts),
        redactions: one.redactions,
      },
      one.gate,
    );
    if (original === null) batch.sightings.push(...state.sightings.add(own));
    batch.ruleErrors.push(...errors);
    for (const detection of detections) {
      if (detection.severity > row.severity) row.severity = detection.severity;
      const { server, tool, actor, session, generated } = row;
      batch.detections.push({
        ...detection,
        eventId: row.id,
        eventTime: row.time,
        server,
        tool,
        actor,
        session,
        generated,
      });
    }
  }

  batch.chains = chains.result();
  Object.assign(batch, inventory.result());
  batch.usage = [...usage.values()];
  if (report) {
    for (const { position, item, reason, detail } of dead) {
      batch.outcomes.push({ position, item, outcome: 'dead_letter', id: null, refusal: { reason, detail } });
    }
  }
  state.size += batch.rows.length;
  facts.known.clear();
  facts.sightings.clear();
  return batch;
}

/** Asks until nothing is missing: what an answer shows can lead to another question. */
function* needed(facts: Facts, ask: (needs: NeedsList) => void): Generator<Needs, void, void> {
  for (;;) {
    const needs = new NeedsList(facts);
    ask(needs);
    const missing = needs.result();
    if (missing === null) return;
    yield missing;
  }
}

function askAll(needs: NeedsList, opened: Opened[], facts: Facts, careful: boolean): void {
  for (const { event, place } of opened) {
    if (event.sig === undefined) needs.ask('sourceKids', event.source);
    else needs.ask('keys', event.sigkid ?? '');
    if (place && needs.ask('chains', place.key)) needs.ask('epochs', event.source);
    const server = column(event.data.server?.id);
    if (server !== null) needs.ask('servers', server);
  }
  if (needs.result() !== null) return;
  const preview = new ChainPreview(facts);
  for (const { event, place } of opened) {
    if (careful || (place && preview.isBehind(place))) needs.ask('known', knownKey(event.id, event.time));
  }
}

interface Vouched {
  opened: Opened;
  kid: string | null;
}

function verify(opened: Opened[], facts: Facts, tools: JudgeTools, dead: DeadLetter[]): Vouched[] {
  const vouched: Vouched[] = [];
  for (const one of opened) {
    const kid = verifyProducer(one.event, one.canonical, facts, tools.signatures, tools.sha256);
    if (kid.ok) vouched.push({ opened: one, kid: kid.value });
    else dead.push(deadLetter(one.message, one.item, kid.refusal));
  }
  return vouched;
}

const otherContent: Refusal = {
  reason: 'hash_mismatch',
  detail: 'Another event with this id and time is stored already; give each event an id of its own.',
};

interface Cleaned extends Vouched {
  /** Redacted. */
  event: AuditEvent;
  place: Place | null;
  gate: Gate;
  redactions: Redaction[];
  secrets: Redaction[];
  changed: boolean;
}

const nothing: Redaction[] = [];

function redact({ opened, kid }: Vouched, { engine, fingerprint }: JudgeTools): Cleaned {
  const { event, place } = opened;
  const gate = engine.gate(event);
  if (!gate.redact) {
    return { opened, kid, event, place, gate, redactions: nothing, secrets: nothing, changed: false };
  }
  const redacted = redactEvent(event, { fingerprint, markers: kid === null ? 'forged' : 'made' });
  const secrets = redacted.redactions.filter((one) => one.category === 'secret');
  return { opened, kid, place, gate, secrets, ...redacted };
}

interface Hashed extends Cleaned {
  body: Uint8Array;
  /** SHA-256 of the body. */
  eventHash: string;
  /** SHA-256 of the message, where the body is another form of it. */
  rawHash: Uint8Array | null;
}

/**
 * The bytes as they came, where they are the canonical JSON of what is stored; else that is written anew. Of bytes that
 * held a secret no plain hash is kept: with all around it stored, few enough secrets may fit to try them all.
 */
function hash(one: Cleaned, { sha256, crypto }: JudgeTools): Hashed {
  const { opened, event, changed } = one;
  const { bytes } = opened.message;
  const body = opened.canonical !== null && !changed ? bytes : utf8(canonicalJson(event));
  return { ...one, body, eventHash: sha256(body), rawHash: body === bytes || changed ? null : crypto.sha256(bytes) };
}

const none = new Uint8Array(0);

function rowOf(one: Hashed, logIndex: number, recordedAt: string): EventRow {
  const { opened, event, kid } = one;
  return {
    time: event.time,
    id: event.id,
    logIndex,
    recordedAt,
    source: event.source,
    epoch: one.place?.epoch ?? null,
    sequence: one.place?.sequence ?? null,
    kid,
    type: event.type,
    ...columnsOf(event),
    format: opened.format,
    assertion:
      kid === null ? (event.data.observation?.assertion === 'observed' ? 'observed' : 'reported') : 'producer_signed',
    severity: 0,
    rawHash: one.rawHash,
    eventHash: fromHex(one.eventHash),
    leafHash: none,
    body: one.body,
  };
}
