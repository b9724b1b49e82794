import { hash } from 'node:crypto';
import { createPrinter } from '../../core/context/prints';
import { createEngine } from '../../core/detection/engine';
import { rules } from '../../core/detection/rules';
import type { JudgedBatch } from '../../core/judge/batch';
import type { Facts, Needs } from '../../core/judge/contract';
import { type JudgeState, type JudgeTools, judgeBatch } from '../../core/judge/judge';
import { kinds, noFacts } from '../../core/judge/needs';
import { type Reading, readBatch } from '../../core/judge/read';
import { Sightings } from '../../core/judge/sightings';
import { LogWriter } from '../../core/provenance/log-writer';
import { SignatureVerifier } from '../../core/provenance/signature';
import { fingerprinter } from '../../core/redaction/marker';
import { nodeCrypto } from '../../platform/crypto';
import { printKey } from '../../platform/print-key';
import { nodeReceiptCrypto } from '../../platform/receipt-crypto';
import { BatchEncoder, expectedBytes } from './encode';
import { Laps } from './laps';
import { unpack } from './pack';
import type { FromJudge, JudgeThreadData, PackedRecords, ToJudge } from './protocol';

/** One log, as the judge has it in memory: ahead of the database by the batches that are not stored yet. */
interface OpenLog {
  id: number;
  writer: LogWriter;
  state: JudgeState;
}

interface Waiting {
  log: OpenLog;
  going: Generator<Needs, JudgedBatch, void>;
  encoder: BatchEncoder;
  laps: Laps;
  records: ArrayBuffer;
}

/** Messages that are judged together. More of them would outlive a collection of the young generation, and be copied. */
const slice = 500;

/** Facts of one kind that are kept from one batch to the next. */
const kept = 20_000;

/** Holds the open logs and judges their batches, one after the other; asks for facts by message. */
export function createJudgeSession(
  { fingerprintKey, believeGenerated = false }: JudgeThreadData,
  send: (message: FromJudge, transfer: ArrayBuffer[]) => void,
) {
  const tools: JudgeTools = {
    crypto: nodeReceiptCrypto,
    sha256: (data) => hash('sha256', data),
    signatures: new SignatureVerifier(nodeCrypto),
    engine: createEngine(rules),
    fingerprint: fingerprinter(nodeCrypto.hmacSha256, fingerprintKey),
    printer: createPrinter(printKey(fingerprintKey)),
    believeGenerated,
  };
  const logs = new Map<number, OpenLog>();
  const waiting = new Map<number, Waiting>();
  /** What no log has for itself. */
  let shared = nothingShared();

  function open(handle: number, id: number, writer: LogWriter): void {
    shared = nothingShared();
    logs.set(handle, {
      id,
      writer,
      state: { facts: noFacts(), written: shared.written, sightings: shared.sightings, size: writer.size },
    });
    for (const log of logs.values()) share(log);
  }

  function share({ state }: OpenLog): void {
    Object.assign(state.facts, {
      servers: shared.servers,
      keys: shared.keys,
      sourceKids: shared.sourceKids,
      subjects: shared.subjects,
    });
    Object.assign(state, { written: shared.written, sightings: shared.sightings });
  }

  function begin(
    call: number,
    handle: number,
    records: PackedRecords,
    { now, careful, report, room }: Omit<Extract<ToJudge, { kind: 'judge' }>, 'kind' | 'call' | 'handle' | 'records'>,
  ): void {
    const log = logs.get(handle);
    if (!log) throw new Error(`nothing is open under ${handle}`);
    const laps = new Laps();
    const encoder = new BatchEncoder(log, now, expectedBytes(records), room);
    // Offsets of a partition stay what they are; a place in an HTTP body says nothing beyond its request.
    const delivery = report ? `request ${now}` : `log ${log.id}`;
    const going = judgeBatch(slicesOf(records, now, delivery), log.state, tools, {
      now,
      careful,
      report,
      emit: (rows, seals) => encoder.add(rows, seals),
      lap: (stage) => laps.lap(stage),
    });
    waiting.set(call, { log, going, encoder, laps, records: records.bytes });
    advance(call);
  }

  function* slicesOf(records: PackedRecords, now: number, delivery: string): Generator<Reading> {
    for (let first = 0; first < records.ends.length; first += slice) {
      yield readBatch(unpack(records, first, slice), now, tools.sha256, delivery, believeGenerated);
    }
  }

  function advance(call: number): void {
    const { log, going, encoder, laps, records } = waiting.get(call) as Waiting;
    laps.resume();
    const step = going.next();
    if (!step.done) {
      send({ kind: 'needs', call, needs: step.value }, []);
      return;
    }
    waiting.delete(call);
    const judged = encoder.finish(step.value, laps);
    for (const kind of kinds) trim(log.state.facts[kind]);
    const { events, sealed } = judged.batch;
    const made = sealed === null ? [events.buffer] : [events.buffer, sealed.stream.buffer];
    // The bytes of a dead letter are a view into those of the records.
    if (judged.batch.deadLetters.length > 0) send({ kind: 'judged', call, judged, spent: null }, made);
    else send({ kind: 'judged', call, judged, spent: records }, [...made, records]);
  }

  function fail(call: number, error: unknown): void {
    waiting.delete(call);
    send(
      { kind: 'failed', call, message: error instanceof Error ? (error.stack ?? error.message) : String(error) },
      [],
    );
  }

  return {
    handle(message: ToJudge): void {
      switch (message.kind) {
        case 'open':
          open(message.handle, message.logId, new LogWriter(nodeCrypto.sha256, message.state));
          return;
        case 'shut':
          logs.delete(message.handle);
          return;
        case 'changed': {
          for (const { key, decision } of message.servers) {
            const server = shared.servers.get(key);
            if (server) server.decision = decision;
          }
          // Another definition than the one in force here: which is newer is the database's to say.
          for (const { server, tool, hash } of message.definitions) {
            const known = shared.servers.get(server);
            if (known && known.tools.get(tool)?.hash !== hash) shared.servers.delete(server);
          }
          if (message.erased.length > 0) {
            const erased = new Set(message.erased);
            for (const [key, { id }] of shared.subjects) if (erased.has(id)) shared.subjects.delete(key);
          }
          if (message.keys) {
            shared.keys.clear();
            shared.sourceKids.clear();
          }
          return;
        }
        default:
          try {
            if (message.kind === 'judge') {
              begin(message.call, message.handle, message.records, message);
            } else {
              const { facts } = (waiting.get(message.call) as Waiting).log.state;
              merge(facts, message.facts);
              advance(message.call);
            }
          } catch (error) {
            fail(message.call, error);
          }
      }
    },
  };
}

function nothingShared(): Pick<Facts, 'servers' | 'keys' | 'sourceKids' | 'subjects'> &
  Pick<JudgeState, 'written' | 'sightings'> {
  const { servers, keys, sourceKids, subjects } = noFacts();
  return { servers, keys, sourceKids, subjects, written: new Map(), sightings: new Sightings() };
}

function merge(facts: Facts, more: Facts): void {
  for (const kind of kinds) {
    // What another batch learned meanwhile is newer than what the database said.
    for (const [key, fact] of more[kind])
      if (!facts[kind].has(key)) (facts[kind] as Map<string, unknown>).set(key, fact);
  }
}

function trim(facts: Map<string, unknown>): void {
  if (facts.size <= kept) return;
  for (const key of facts.keys()) {
    facts.delete(key);
    if (facts.size <= kept / 2) return;
  }
}
