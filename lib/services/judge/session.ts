import { createHmac, hash } from 'node:crypto';
import { foldDetections } from '../../core/alert/fold';
import { createEngine } from '../../core/detection/engine';
import { rules } from '../../core/detection/rules';
import type { JudgedBatch } from '../../core/judge/batch';
import type { Facts, Needs } from '../../core/judge/contract';
import { type JudgeState, type JudgeTools, judgeBatch } from '../../core/judge/judge';
import { kinds, noFacts } from '../../core/judge/needs';
import { readBatch } from '../../core/judge/read';
import { Sightings } from '../../core/judge/sightings';
import { parseTime } from '../../core/judge/time';
import { LogWriter } from '../../core/provenance/log-writer';
import { SignatureVerifier } from '../../core/provenance/signature';
import { fingerprinter } from '../../core/redaction/marker';
import { nodeCrypto } from '../../platform/crypto';
import { EventCopy } from '../../store/copy-encoder';
import { unpack } from './pack';
import type { FromJudge, Judged, JudgeThreadData, PackedRecords, ToJudge } from './protocol';

/** One log, as the judge has it in memory: ahead of the database by the batches that are not stored yet. */
interface OpenLog {
  id: number;
  writer: LogWriter;
  state: JudgeState;
}

interface Waiting {
  log: OpenLog;
  going: Generator<Needs, JudgedBatch, void>;
  laps: Laps;
  now: number;
}

/** Facts of one kind that are kept from one batch to the next. */
const kept = 20_000;

/** Holds the open logs and judges their batches, one after the other; asks for facts by message. */
export function createJudgeSession(
  { fingerprintKey }: JudgeThreadData,
  send: (message: FromJudge, transfer: ArrayBuffer[]) => void,
) {
  const hmac = (key: Uint8Array, data: Uint8Array) => createHmac('sha256', key).update(data).digest();
  const tools: JudgeTools = {
    crypto: nodeCrypto,
    sha256: (data) => hash('sha256', data),
    signatures: new SignatureVerifier(nodeCrypto),
    engine: createEngine(rules),
    fingerprint: fingerprinter(hmac, fingerprintKey),
  };
  const logs = new Map<number, OpenLog>();
  const waiting = new Map<number, Waiting>();
  /** What no log has for itself. */
  let shared = {
    servers: noFacts().servers,
    keys: noFacts().keys,
    sourceKids: noFacts().sourceKids,
    written: new Map(),
    sightings: new Sightings(),
  };

  function open(handle: number, id: number, writer: LogWriter): void {
    shared = {
      servers: new Map(),
      keys: new Map(),
      sourceKids: new Map(),
      written: new Map(),
      sightings: new Sightings(),
    };
    logs.set(handle, {
      id,
      writer,
      state: { facts: noFacts(), written: shared.written, sightings: shared.sightings, size: writer.size },
    });
    for (const log of logs.values()) share(log);
  }

  function share({ state }: OpenLog): void {
    Object.assign(state.facts, { servers: shared.servers, keys: shared.keys, sourceKids: shared.sourceKids });
    Object.assign(state, { written: shared.written, sightings: shared.sightings });
  }

  function begin(
    call: number,
    handle: number,
    records: PackedRecords,
    { now, careful, report }: { now: number; careful: boolean; report: boolean },
  ): void {
    const log = logs.get(handle);
    if (!log) throw new Error(`nothing is open under ${handle}`);
    const laps = new Laps();
    const reading = readBatch(unpack(records), now, tools.sha256);
    laps.lap('read');
    const going = judgeBatch(reading, log.state, tools, { now, careful, report, lap: (stage) => laps.lap(stage) });
    waiting.set(call, { log, going, laps, now });
    advance(call);
  }

  function advance(call: number): void {
    const { log, going, laps, now } = waiting.get(call) as Waiting;
    laps.resume();
    const step = going.next();
    if (!step.done) {
      send({ kind: 'needs', call, needs: step.value }, []);
      return;
    }
    waiting.delete(call);
    const judged = encode(step.value, log, now, laps);
    for (const kind of kinds) trim(log.state.facts[kind]);
    send({ kind: 'judged', call, judged }, [judged.batch.events.buffer as ArrayBuffer]);
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

function encode(batch: JudgedBatch, { id, writer }: OpenLog, now: number, laps: Laps): Judged {
  const { rows, detections, ruleErrors, outcomes, ...rest } = batch;
  const { newTiles, root } = writer.append(rows.map((row) => row.leafHash));
  laps.lap('log');
  const copy = new EventCopy(
    id,
    rows.reduce((sum, row) => sum + row.body.length * 1.1 + 700, 64),
  );
  const days = new Set<string>();
  let timeSum = 0;
  for (const row of rows) {
    copy.add(row);
    days.add(row.time.slice(0, 10));
    timeSum += parseTime(row.time) ?? now;
  }
  const events = copy.finish();
  laps.lap('encode');
  return {
    batch: {
      ...rest,
      size: writer.size,
      root,
      frontier: writer.frontier(),
      tiles: newTiles,
      events,
      eventCount: rows.length,
      days: [...days],
      alerts: foldDetections(detections),
      recordedAt: new Date(now).toISOString(),
    },
    stages: laps.us,
    ruleErrors,
    outcomes,
    meanTime: rows.length > 0 ? timeSum / rows.length : now,
  };
}

/** Time by stage, in microseconds; waiting for facts counts for none. */
class Laps {
  readonly us: Record<string, number> = {};
  private last = performance.now();

  resume(): void {
    this.last = performance.now();
  }

  lap(stage: string): void {
    const now = performance.now();
    this.us[stage] = (this.us[stage] ?? 0) + (now - this.last) * 1000;
    this.last = now;
  }
}
