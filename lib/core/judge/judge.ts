import type { Gate } from '../detection/engine';
import type { Refusal } from '../event/result';
import { hashLeaf, subjectOf } from '../provenance/leaf';
import type { ReceiptCrypto } from '../provenance/receipts/receipt';
import { addUsage, type UsageRow } from '../usage/rollup';
import { emptyBatch, type JudgedBatch, type Outcome } from './batch';
import { Case, type CaseTools } from './case';
import { ChainPreview, ChainSteps } from './chains';
import type { ChainVerdict, DeadLetter, EventRow, Facts, KnownEvent, Needs } from './contract';
import { Inventory, type WrittenAt } from './inventory';
import { knownKey, NeedsList } from './needs';
import { deadLetter, type Opened, type Reading } from './read';
import { askReceipt } from './receipts';
import { column, rowOf } from './row';
import { type Seal, Seals } from './seals';
import { shapeOf } from './shape';
import type { Sightings } from './sightings';

/** What the judge works with; made once for each thread. */
export type JudgeTools = CaseTools;

/** What is known before the batch. The judge brings it up to what will be known after it. */
export interface JudgeState {
  facts: Facts;
  written: WrittenAt;
  sightings: Sightings;
  /** Leaves in the log. */
  size: number;
}

export interface JudgeOptions {
  /** Milliseconds since 1970; the batch is recorded at that time. */
  now: number;
  /** Look every event up, because one of them is known to be stored already. */
  careful: boolean;
  /** Answer outcomes too. */
  report: boolean;
  /** Takes the rows of each slice, in the order of the log, and what their markers stand for, to be sealed. */
  emit(rows: EventRow[], seals: Seal[]): void;
  /** Called at the end of each stage, for those who measure. */
  lap(stage: string): void;
}

/**
 * The second pass over a batch: signatures, redaction, chains, detection, leaves, rows. Yields what it must know beyond
 * `state.facts`, and goes on once that is in there. The batch comes in slices: what is made of one is garbage before the
 * next is read, which spares the collector most of its work.
 */
export function* judgeBatch(
  slices: Iterable<Reading>,
  state: JudgeState,
  tools: JudgeTools,
  options: JudgeOptions,
): Generator<Needs, JudgedBatch, void> {
  const batch = emptyBatch();
  const judge = new BatchJudge(batch, state, tools, options);
  for (const reading of slices) {
    options.lap('read');
    yield* judgeSlice(reading, judge, state.facts, tools, options);
  }
  judge.finish();
  return batch;
}

function* judgeSlice(
  { opened, dead }: Reading,
  judge: BatchJudge,
  facts: Facts,
  tools: JudgeTools,
  { careful, lap, emit }: JudgeOptions,
): Generator<Needs, void, void> {
  for (const letter of dead) judge.refuse(letter);
  const ask = (needs: NeedsList) => askAll(needs, opened, facts, careful, tools.crypto);
  yield* needed(facts, ask);

  const cases: Case[] = [];
  for (const one of opened) {
    const made = new Case(one);
    const refusal = made.verify(facts, tools);
    if (refusal === null) cases.push(made);
    else judge.refuse(deadLetter(one.message, one.item, refusal));
  }
  lap('verify');
  for (const one of cases) one.redact(facts, tools);
  yield* redactRest(cases, facts, tools, ask);
  lap('redact');
  for (const one of cases) one.hash(tools);
  lap('body');
  for (const one of cases) one.print(tools);
  lap('prints');
  const secrets = cases.flatMap((one) => one.secrets);
  if (secrets.length > 0) {
    yield* needed(facts, (needs) => {
      for (const { fingerprint } of secrets) needs.ask('sightings', fingerprint);
      // Facts that logs share can be thrown away while this one waits.
      ask(needs);
    });
  }
  const rows: EventRow[] = [];
  for (const one of cases) {
    const row = judge.judge(one);
    if (row) rows.push(row);
  }
  lap('detect');
  emit(rows, judge.seals.take());
  lap('encode');
}

/** Most subjects are known; the events of others are done again once they are. */
function* redactRest(
  cases: Case[],
  facts: Facts,
  tools: JudgeTools,
  askAgain: (needs: NeedsList) => void,
): Generator<Needs, void, void> {
  for (;;) {
    const left = cases.filter((one) => one.missing !== null);
    if (left.length === 0) return;
    yield* needed(facts, (needs) => {
      for (const one of left) for (const key of one.missing ?? []) needs.ask('subjects', key);
      // Facts that logs share can be thrown away while this one waits.
      askAgain(needs);
    });
    for (const one of left) one.redact(facts, tools);
  }
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

function askAll(needs: NeedsList, opened: Opened[], facts: Facts, careful: boolean, crypto: ReceiptCrypto): void {
  for (const one of opened) {
    const { event, place } = one;
    askReceipt(one, needs, crypto);
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

const otherContent: Refusal = {
  reason: 'hash_mismatch',
  detail: 'Another event with this id and time is stored already; give each event an id of its own.',
};

const noDefinitions: never[] = [];

/** The last stage: event after event, each judged on what those before it left behind. */
class BatchJudge {
  private readonly recordedAt: string;
  private readonly chains: ChainSteps;
  private readonly inventory: Inventory;
  private readonly usage = new Map<string, UsageRow>();
  /** Of the slice that is judged. */
  readonly seals = new Seals();

  constructor(
    private readonly batch: JudgedBatch,
    private readonly state: JudgeState,
    private readonly tools: JudgeTools,
    private readonly options: JudgeOptions,
  ) {
    this.recordedAt = new Date(options.now).toISOString();
    this.chains = new ChainSteps(state.facts);
    this.inventory = new Inventory(state.facts, state.written, options.now, tools.sha256);
  }

  refuse(letter: DeadLetter): void {
    this.batch.deadLetters.push(letter);
  }

  /** What the whole batch comes to. */
  finish(): void {
    const { batch, state } = this;
    batch.chains = this.chains.result();
    Object.assign(batch, this.inventory.result());
    batch.usage = [...this.usage.values()];
    if (this.options.report) {
      for (const { position, item, reason, detail } of batch.deadLetters) {
        batch.outcomes.push({ position, item, outcome: 'dead_letter', id: null, refusal: { reason, detail } });
      }
    }
    state.size += batch.events;
    state.facts.known.clear();
    state.facts.sightings.clear();
  }

  /** The event's row, unless it is stored already. */
  judge(one: Case): EventRow | null {
    const { batch, state, tools, recordedAt } = this;
    const { opened, event, kid, eventHash } = one;
    const { place } = opened;
    const key = knownKey(event.id, event.time);
    const row = rowOf(one, state.size + batch.events, recordedAt, tools.believeGenerated);
    const stored = state.facts.known.get(key);
    if (stored) {
      this.repeated(one, row, stored);
      return null;
    }
    state.facts.known.set(key, { id: event.id, eventHash, recordedAt, format: opened.format });
    const verdict: ChainVerdict = place
      ? this.chains.advance(event, place, tools.sha256(one.core), kid)
      : { kind: 'unchained' };
    this.detect(one, row, verdict, null);
    row.leafHash = hashLeaf(tools.crypto.sha256, {
      v: 1,
      id: event.id,
      source: event.source,
      epoch: place?.epoch,
      sequence: place === null ? undefined : event.sequence,
      event_hash: eventHash,
      recorded_at: recordedAt,
      kid: kid ?? undefined,
      registry: row.registry ?? undefined,
      subject: subjectOf(row.actor),
    });
    if (one.receipt?.seen) batch.receipts.push(one.receipt.seen);
    if (one.committed.length > 0) this.seals.add(event.time, batch.events, one.committed);
    addUsage(this.usage, row, event.data.phase);
    batch.events++;
    this.note(opened, 'accepted');
    return row;
  }

  /** An event that is stored already, or another one that goes by its id. */
  private repeated(one: Case, row: EventRow, stored: KnownEvent): void {
    const { opened, event, eventHash } = one;
    const { place } = opened;
    this.batch.duplicates++;
    // A receipt's event goes by its content; what was judged of it depends on when it came.
    const sameReceipt = one.receipt !== null && stored.format === opened.format;
    if (stored.eventHash !== eventHash && !sameReceipt && !this.isSameButForErasure(one, stored)) {
      // No rule looks at it: what it says would stand as evidence against the event whose id it took.
      this.refuse(deadLetter(opened.message, opened.item, otherContent));
      return;
    }
    if (place) this.chains.repeated(event, place);
    this.detect(one, row, { kind: 'unchained' }, stored);
    this.note(opened, 'duplicate');
  }

  private isSameButForErasure({ body }: Case, { shape }: KnownEvent): boolean {
    return typeof shape === 'string' && shapeOf(body, this.tools.sha256) === shape;
  }

  private detect(one: Case, row: EventRow, chain: ChainVerdict, original: KnownEvent | null): void {
    const { batch, state, inventory, options } = this;
    const { event, secrets, redactions } = one;
    const server = original ? (state.facts.servers.get(row.server ?? '') ?? null) : inventory.server(event, row);
    const { detections, errors } = this.tools.engine.judge(
      {
        event,
        person: one.person === null ? null : one.person.id,
        server,
        chain,
        duplicate: original && { event, original, ageMs: options.now - Date.parse(original.recordedAt) },
        definitions: original ? noDefinitions : inventory.definitionsOf(event, row),
        sightings: state.sightings.elsewhere(secrets, row.id, state.facts),
        redactions,
      },
      one.gate as Gate,
    );
    if (original === null && secrets.length > 0) {
      batch.sightings.push(...state.sightings.add(state.sightings.of(secrets, row)));
    }
    if (errors.length > 0) batch.ruleErrors.push(...errors);
    for (const detection of detections) {
      if (detection.severity > row.severity) row.severity = detection.severity;
      const { id: eventId, time: eventTime, server, tool, actor, session, generated } = row;
      batch.detections.push({ ...detection, eventId, eventTime, server, tool, actor, session, generated });
    }
  }

  private note({ message, item, event }: Opened, outcome: Outcome['outcome']): void {
    if (!this.options.report) return;
    this.batch.outcomes.push({ position: message.position, item, outcome, id: event.id, refusal: null });
  }
}
