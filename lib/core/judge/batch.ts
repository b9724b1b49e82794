import type { RuleError } from '../detection/engine';
import type { EventDetection } from '../detection/rule';
import type { Refusal } from '../event/result';
import type { UsageRow } from '../usage/rollup';
import type { DeadLetter, SecretSighting } from './contract';
import type { ReceiptSeen } from './receipts';

/** What the judge makes of one batch: everything that its transaction writes beside the rows. */
export interface JudgedBatch {
  /** How many rows were emitted. */
  events: number;
  chains: ChainWrite[];
  deadLetters: DeadLetter[];
  detections: EventDetection[];
  servers: ServerSeen[];
  definitions: DefinitionSeen[];
  sightings: SecretSighting[];
  /** Other people's receipts, to be found by those that name them. */
  receipts: ReceiptSeen[];
  usage: UsageRow[];
  /** Events that were stored already. */
  duplicates: number;
  ruleErrors: RuleError[];
  /** What became of each event and each refused message, in no order; only where it was asked for. */
  outcomes: Outcome[];
}

export const emptyBatch = (): JudgedBatch => ({
  events: 0,
  chains: [],
  deadLetters: [],
  detections: [],
  servers: [],
  definitions: [],
  sightings: [],
  receipts: [],
  usage: [],
  duplicates: 0,
  ruleErrors: [],
  outcomes: [],
});

/** What became of one event of a message. */
export interface Outcome {
  position: bigint;
  item: number;
  /** `duplicate`: it is stored already, and was not stored again. */
  outcome: 'accepted' | 'duplicate' | 'dead_letter';
  /** Of the event; null where there is none. */
  id: string | null;
  refusal: Refusal | null;
}

/** One chain's step from the head that the judge was told (`was`, null: none stored) to its new one. */
export interface ChainWrite {
  source: string;
  epoch: string;
  was: { sequence: bigint; hash: string } | null;
  sequence: bigint;
  hash: string;
  time: string;
  kid: string | null;
  events: number;
  duplicates: number;
  /** First sequences of gaps that are closed or split. */
  closed: bigint[];
  /** Gaps that are new, or now end elsewhere. */
  opened: { from: bigint; to: bigint }[];
}

export interface ServerSeen {
  key: string;
  name: string;
  version: string | null;
  transport: string | null;
  firstSeen: string;
  lastSeen: string;
  generated: boolean;
}

export interface DefinitionSeen {
  server: string;
  tool: string;
  hash: string;
  /** Canonical JSON. */
  definition: string;
  eventId: string;
  firstSeen: string;
  lastSeen: string;
}
