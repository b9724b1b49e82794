import type { Json, JsonObject } from '../../event/json';
import { type Fact, type FactName, factNames } from '../verdict';
import { agentGovernance } from './agent-governance';
import { agentGovernanceEntry } from './agent-governance-entry';
import { auditRecord } from './audit-record';
import { auditTrail } from './audit-trail';
import { type Before, completeFact } from './chain';
import { pipelock } from './pipelock';
import { pipelockEvidence } from './pipelock-evidence';
import { fact, type Inspection, quoted, type ReceiptContext, type ReceiptFormat, type ReceiptLink } from './receipt';

/** Every format of receipts that is understood; the first that recognises a value has it. */
export const receiptFormats: readonly ReceiptFormat[] = [
  pipelock,
  pipelockEvidence,
  agentGovernance,
  agentGovernanceEntry,
  auditTrail,
  auditRecord,
];

/** The format of a value; null: it is no receipt. Never throws. */
export function recogniseReceipt(value: Json): ReceiptFormat | null {
  return receiptFormats.find((format) => format.recognise(value)) ?? null;
}

export interface VerifiedReceipt extends Omit<Inspection, 'facts'> {
  format: ReceiptFormat;
  facts: Record<FactName, Fact>;
  before: Before['kind'];
}

/** What one receipt shows. `beforeOf`: what is known of the one that it names. Never throws, whatever the value. */
export function verifyReceipt(
  format: ReceiptFormat,
  value: JsonObject,
  context: ReceiptContext,
  beforeOf: (link: ReceiptLink) => Before = () => ({ kind: 'unasked' }),
): VerifiedReceipt {
  const inspection = inspect(format, value, context);
  return withComplete(format, inspection, beforeOf(inspection.link));
}

function withComplete(format: ReceiptFormat, { facts, ...rest }: Inspection, before: Before): VerifiedReceipt {
  return {
    ...rest,
    format,
    before: before.kind,
    facts: { ...facts, complete: completeFact(rest.link, before, format) },
  };
}

function inspect(format: ReceiptFormat, value: JsonObject, context: ReceiptContext): Inspection {
  try {
    return format.inspect(value, context);
  } catch (error) {
    // Nested so deeply that no stack holds it, or text that no canonical form can hold.
    const detail = `It can't be read as a receipt: ${error instanceof Error ? quoted(error.message) : 'no reason'}.`;
    const fails = (name: FactName) => fact(name, 'fails', detail, format.check);
    return {
      link: { id: '', stream: '', hash: null, previous: null, sequence: null, first: false, last: false },
      keyId: null,
      algorithm: null,
      facts: { authentic: fails('authentic'), untampered: fails('untampered'), anchored: fails('anchored') },
    };
  }
}

/** What is the last of each stream so far. */
interface Tail {
  value: JsonObject;
  receipt: VerifiedReceipt;
}

/**
 * What receipts show that stand in the order in which they were made, as in a file. Values of no known format are left out.
 * Of a chain whose first receipt here is not its beginning nothing says what came before.
 */
export function verifyReceipts(values: Iterable<Json>, context: ReceiptContext): VerifiedReceipt[] {
  const tails = new Map<string, Tail>();
  const seen = new Map<string, Set<string>>();
  const all: VerifiedReceipt[] = [];
  for (const value of values) {
    const format = recogniseReceipt(value);
    if (format === null) continue;
    const inspection = inspect(format, value as JsonObject, context);
    const stream = `${format.id} ${inspection.link.stream}`;
    const ids = seen.get(stream) ?? new Set<string>();
    seen.set(stream, ids);
    const identity = format.idsRepeat ? `${inspection.link.id} ${inspection.link.hash}` : ` ${inspection.link.id}`;
    const before: Before = ids.has(identity)
      ? { kind: 'repeated' }
      : place(format, inspection, value as JsonObject, tails.get(stream) ?? null, ids);
    const receipt = withComplete(format, inspection, before);
    all.push(receipt);
    if (before.kind === 'repeated') continue;
    ids.add(identity).add(inspection.link.hash ?? '');
    tails.set(stream, { value: value as JsonObject, receipt });
  }
  return all;
}

function place(
  format: ReceiptFormat,
  { link }: Inspection,
  value: JsonObject,
  tail: Tail | null,
  ids: ReadonlySet<string>,
): Before {
  if (tail === null) return { kind: link.first ? 'here' : 'outside' };
  if (link.first) return { kind: format.segments ? 'here' : 'missing' };
  if (link.previous !== tail.receipt.link.hash) {
    return { kind: link.previous !== null && ids.has(link.previous) ? 'branched' : 'missing' };
  }
  const detail = format.follows?.(tail.value, value) ?? null;
  return detail === null ? { kind: 'here' } : { kind: 'odd', detail };
}

/** What a file of receipts comes to. */
export interface ReceiptsResult {
  receipts: VerifiedReceipt[];
  /** Each fact for all of them: as the worst of them has it, with what is said of that one. */
  facts: Record<FactName, Fact>;
}

const rank = { holds: 0, open: 1, fails: 2 } as const;

/** One answer for many receipts; null where there are none. */
export function summarise(receipts: VerifiedReceipt[]): ReceiptsResult | null {
  const [first] = receipts;
  if (first === undefined) return null;
  const facts = { ...first.facts };
  for (const receipt of receipts) {
    for (const name of factNames) {
      const one = receipt.facts[name];
      if (rank[one.state] <= rank[facts[name].state]) continue;
      facts[name] = {
        ...one,
        detail: `${receipt.format.title} ${quoted(receipt.link.id)}: ${one.detail}`,
      };
    }
  }
  if (facts.complete.state === 'holds') facts.complete = ended(receipts, facts.complete);
  return { receipts, facts };
}

/** That nothing was cut off behind the last one, only a receipt that ends its chain can say. */
function ended(receipts: VerifiedReceipt[], complete: Fact): Fact {
  const lasts = new Map(receipts.map((receipt) => [`${receipt.format.id} ${receipt.link.stream}`, receipt]));
  const open = [...lasts.values()].find((receipt) => !receipt.link.last && receipt.facts.anchored.state !== 'holds');
  if (open === undefined) return { ...complete, detail: 'Each chain is whole from its beginning to its end.' };
  return {
    ...complete,
    state: 'open',
    detail: `Nothing is missing up to the last one, ${quoted(open.link.id)}. Whether more came behind it, its chain does not say.`,
  };
}
