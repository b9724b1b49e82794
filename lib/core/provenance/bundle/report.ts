import { countWords, plural } from '../../query/words';
import type { KeyRegistry } from '../key-registry';
import { type Fact, type FactName, type FactState, factChecks, type Verdict, worse } from '../verdict';
import type { Anchors } from './anchors';
import type { HeaderLine } from './lines';
import type { LogSection } from './log-section';
import type { Problem, Problems } from './problems';

/** How the events of a bundle stand, counted. */
export interface Tally {
  /** By their producer, with a key that was enrolled for it. */
  signed: number;
  /** By Custody's own adapter alone. */
  observed: number;
  notEnrolled: number;
  unknownKey: number;
  /** Without their content. */
  hidden: number;
  /** Signed, and then redacted on the way in. */
  changedData: number;
  disclosed: number;
}

export interface LogReport {
  origin: string;
  kind: string;
  /** Whether the reader knows the key from elsewhere. */
  key_pinned: boolean;
  entries: number;
  whole?: { from: number; to: number };
  /** Size of the newest checkpoint that the entries lead to. */
  anchored_at?: number;
  checkpoints: number;
  organisations: string[];
  timestamps: { time: string; signer: string; trusted: boolean }[];
}

export interface BundleReport {
  format: 'custody.bundle/1';
  verdict: Verdict;
  facts: Fact[];
  problems: Problem[];
  /** All of them; `problems` has the first ones. */
  problem_count: number;
  made_at: string;
  made_by: string;
  question: HeaderLine['question'];
  lines: number;
  events: number;
  counts: Record<string, number>;
  logs: LogReport[];
}

interface Seen {
  header: HeaderLine;
  problems: Problems;
  sections: { id: number; section: LogSection; pinned: boolean }[];
  anchors: Anchors;
  policyAsked: boolean;
  tally: Tally;
  counts: Record<string, number>;
  chains: { count: number; links: number };
  registry: KeyRegistry;
  madeBySignature: 'holds' | 'none' | 'fails';
  lines: number;
}

/** What a bundle's verification comes to: verdict, the four facts, and what is wrong with it. */
export function reportOf(seen: Seen): BundleReport {
  const { header, problems } = seen;
  const withEntries = seen.sections.filter(({ section }) => section.entries > 0);
  const witnessed =
    withEntries.length > 0 && withEntries.every(({ id, section }) => seen.anchors.witnessed(id, section.lastEntry + 1));
  return {
    format: 'custody.bundle/1',
    verdict: worse(witnessed ? 'WITNESSED' : 'SIGNED', problems.worst),
    facts: [authentic(seen), untampered(seen), anchored(seen, witnessed), complete(seen)],
    problems: problems.kept,
    problem_count: problems.count,
    made_at: header.made_at,
    made_by: header.made_by,
    question: header.question,
    lines: seen.lines,
    events: eventsOf(seen),
    counts: seen.counts,
    logs: seen.sections.map((one) => logReport(seen, one)),
  };
}

const eventsOf = ({ sections }: Seen): number =>
  sections.reduce((sum, { section }) => sum + (section.kind === 'console' ? 0 : section.entries), 0);

const isProved = ({ sections }: Seen): boolean => sections.every(({ section }) => section.isProved);

/** Lines that no log's root covers, but the maker's signature alone. */
const toldLines = ['alert', 'detection', 'history', 'chain'];

const fact = (name: FactName, state: FactState, detail: string): Fact => ({
  name,
  state,
  detail,
  check: factChecks[name],
});

function authentic(seen: Seen): Fact {
  const { tally, problems } = seen;
  const events = eventsOf(seen);
  const parts = [
    tally.signed > 0 && `${plural(tally.signed, 'event')} signed by the producer`,
    tally.observed > 0 && `${plural(tally.observed, 'event')} observed, signed by Custody’s own adapter`,
    tally.notEnrolled > 0 && `${countWords(tally.notEnrolled)} signed by a key that was not enrolled`,
    tally.unknownKey > 0 && `${countWords(tally.unknownKey)} signed by a key that the bundle does not have`,
    tally.changedData > 0 &&
      `in ${countWords(tally.changedData)} the data is not what the producer signed: redacted on the way in, as the log says`,
  ].filter(Boolean);
  const bad = problems.kept.some(({ reason }) => /signature does not hold|^the key/.test(reason));
  if (bad)
    return fact('authentic', 'fails', 'A signature does not hold, or its key may not sign; the list says where.');
  const rest = events - tally.signed - tally.observed - tally.notEnrolled - tally.unknownKey;
  if (rest > 0) parts.push(`${plural(rest, 'event')} without a signature that can be checked here`);
  if (!isProved(seen)) parts.push('no signed root covers all of them and of their keys');
  const state = events > 0 && tally.signed === events && tally.changedData === 0 && isProved(seen) ? 'holds' : 'open';
  return fact('authentic', state, events === 0 ? 'There are no events in it.' : `${parts.join('; ')}.`);
}

function untampered(seen: Seen): Fact {
  const { problems, tally, chains, madeBySignature, counts } = seen;
  if (problems.has('changed', 'repeated', 'swapped', 'form', 'diverged')) {
    return fact('untampered', 'fails', 'Something does not fit what was recorded; the list says where.');
  }
  if (!isProved(seen)) {
    return fact('untampered', 'open', 'Not every entry leads to a signed root; of those that do not, nothing shows.');
  }
  const parts = ['Every entry leads to its log’s root'];
  if (tally.hidden > 0) parts.push(`of ${countWords(tally.hidden)} only the leaf is here, not the content`);
  if (chains.links > 0) parts.push(`${countWords(chains.links)} links of source chains hold`);
  if (tally.disclosed > 0) parts.push(`${plural(tally.disclosed, 'disclosed value')} fit their commitments`);
  const isTold = toldLines.some((type) => (counts[type] ?? 0) > 0);
  parts.push(
    madeBySignature === 'holds'
      ? 'alerts and history are as their maker signed them'
      : 'alerts and history are covered by a digest alone, which anybody can make, not by a signature',
  );
  return fact('untampered', isTold && madeBySignature !== 'holds' ? 'open' : 'holds', `${parts.join('; ')}.`);
}

function anchored(seen: Seen, witnessed: boolean): Fact {
  const { sections, anchors, problems } = seen;
  const used = sections.filter(({ section }) => section.entries > 0);
  if (problems.has('diverged')) return fact('anchored', 'fails', 'The log showed two histories; the list says where.');
  if (used.length === 0) return fact('anchored', 'open', 'There are no entries in it.');
  const without = used.filter(({ section }) => !section.anchor);
  if (without.length > 0 || problems.has('unanchored')) {
    return fact('anchored', 'open', 'No signed checkpoint covers some of it.');
  }
  const parts = used.map(
    ({ section }) => `${section.origin} signed its root at ${countWords(section.anchor?.size ?? 0)} entries`,
  );
  const organisations = organisationsOf(seen);
  if (organisations.length > 0) parts.push(`cosigned by ${organisations.join(', ')}`);
  const times = anchors.all.flatMap(({ timestamps, matches }) => (matches ? timestamps : []));
  if (times[0])
    parts.push(
      `timestamped by ${times[0].signer} at ${times[0].time}${times[0].trusted ? '' : ', whom no given certificate vouches for'}`,
    );
  const unpinned = used.filter(({ pinned }) => !pinned);
  if (unpinned.length > 0 && !witnessed) {
    parts.push('the log’s key came with the bundle: compare it with one from another way');
    return fact('anchored', 'open', `${parts.join('; ')}.`);
  }
  return fact('anchored', 'holds', `${parts.join('; ')}.`);
}

const organisationsOf = ({ anchors }: Seen): string[] => [
  ...new Set(anchors.all.flatMap(({ witnesses, matches }) => (matches && witnesses ? witnesses.organisations : []))),
];

function complete(seen: Seen): Fact {
  const { header, problems, sections, registry } = seen;
  if (problems.has('missing')) return fact('complete', 'fails', 'Something is missing; the list says what.');
  const whole = sections.filter(({ section }) => section.whole && section.whole.from < section.whole.to);
  const partly = sections.some(({ section }) => section.kind !== 'console' && section.entries > 0 && !section.whole);
  const keys =
    registry.size > 0
      ? ` The key registry is whole up to entry ${countWords(registry.wholeTo)} of the console’s log.`
      : '';
  if (whole.length === 0 || partly || !isProved(seen) || header.question.query !== undefined) {
    return fact(
      'complete',
      'open',
      `The bundle is a choice of entries: that there are no others can’t be told from it.${keys}`,
    );
  }
  const ranges = whole.map(
    ({ section: { origin, whole } }) =>
      `${origin} from entry ${countWords(whole?.from ?? 0)} up to ${countWords((whole?.to ?? 1) - 1)}`,
  );
  return fact(
    'complete',
    'holds',
    `Every entry is here of ${ranges.join('; ')}. What was never recorded is in no log.${keys}`,
  );
}

function logReport({ anchors }: Seen, { id, section, pinned }: Seen['sections'][number]): LogReport {
  const own = anchors.all.filter((anchor) => anchor.log === id && anchor.matches);
  return {
    origin: section.origin,
    kind: section.kind,
    key_pinned: pinned,
    entries: section.entries,
    ...(section.whole && { whole: section.whole }),
    ...(section.anchor && { anchored_at: section.anchor.size }),
    checkpoints: section.checkpoints.length,
    organisations: [...new Set(own.flatMap(({ witnesses }) => witnesses?.organisations ?? []))],
    timestamps: own.flatMap(({ timestamps }) => timestamps),
  };
}
