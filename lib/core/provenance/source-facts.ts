import { type Fact, type FactName, type FactState, factChecks } from './verdict';

/** What is known of a source, as far as its four facts follow from it. Times are RFC 3339. */
export interface SourceStanding {
  /** Keys that may sign for it, newest first. */
  keys: { kid: string; addedAt: string; revokedAt: string | null; compromisedSince: string | null }[];
  /** Of its newest epoch, or of its newest event where it has no chain: whose key signed it; null: nobody's. */
  newestKid: string | null;
  /** Whether it numbers and links its events. */
  chained: boolean;
  /** Since when its events come. */
  since: string;
  /** Alerts that are open, with the rule that raised them. */
  alerts: { ruleId: string; since: string }[];
  /** Events that never arrived, and since when that is known. */
  missing: number;
  missingSince: string | null;
  /** Null where it sends no heartbeats. */
  run: { heardAt: string; heardSequence: string | null; ended: 'closed' | 'followed' | null } | null;
  silentSince: string | null;
  /** The newest entry of it, and how far its log is signed. */
  log: {
    origin: string;
    index: number;
    checkpointSize: number;
    signedAt: string | null;
    witnesses: number;
    stampedAt: string | null;
    /** Why nothing may be appended to the log; null: it is sound. */
    halted: string | null;
  } | null;
}

export interface SourceFact extends Fact {
  /** Since when it stands as it does; null: not known. */
  since: string | null;
}

/** The four facts about a source, each by itself. What holds, holds by what is stored here: the browser, `custody fsck` and `custody verify` check it. */
export const sourceFacts = (standing: SourceStanding): SourceFact[] => [
  authentic(standing),
  untampered(standing),
  anchored(standing),
  complete(standing),
];

const fact = (name: FactName, state: FactState, detail: string, since: string | null): SourceFact => ({
  name,
  state,
  detail,
  since,
  check: factChecks[name],
});

function authentic({ keys, newestKid, since }: SourceStanding): SourceFact {
  const key = keys.find(({ kid }) => kid === newestKid);
  if (newestKid === null) {
    const detail =
      'The source does not sign. What came is signed by Custody’s own adapter, as observed: by whom it was sent is not proved.';
    return fact('authentic', 'open', detail, since);
  }
  if (!key) {
    return fact('authentic', 'fails', 'Its newest events name a key that is not in the registry.', since);
  }
  if (key.compromisedSince !== null) {
    const detail = 'Its key was revoked as compromised: what it signed since then proves nothing.';
    return fact('authentic', 'fails', detail, key.compromisedSince);
  }
  if (key.revokedAt !== null) {
    return fact('authentic', 'open', 'Its key was revoked; what it signed before stays valid.', key.revokedAt);
  }
  return fact('authentic', 'holds', `Each event is signed, with the key ${key.kid}.`, key.addedAt);
}

const breaks = new Set(['source-fork', 'source-rollback', 'truncated-epoch', 'log-equivocation', 'replayed-event']);
const breakWords: Record<string, string> = {
  'source-fork': 'It told two histories; both sides are kept.',
  'source-rollback': 'It went back to its beginning.',
  'truncated-epoch': 'It goes on behind an event that never arrived.',
  'replayed-event': 'Stored events were sent again.',
};

function untampered({ alerts, log, chained, since }: SourceStanding): SourceFact {
  if (log?.halted) return fact('untampered', 'fails', `Its log does not fit itself: ${log.halted}.`, null);
  const broken = alerts.filter(({ ruleId }) => breaks.has(ruleId)).sort((a, b) => (a.since < b.since ? -1 : 1));
  const [first] = broken;
  if (first) {
    const words = [...new Set(broken.map(({ ruleId }) => breakWords[ruleId] ?? ruleId))];
    return fact('untampered', 'fails', words.join(' '), first.since);
  }
  if (!chained) {
    const detail =
      'Its entries are in the log with their hashes; it does not link them itself, so that what happened on the way can’t be told.';
    return fact('untampered', 'open', detail, since);
  }
  return fact(
    'untampered',
    'holds',
    'Each event follows the one before by its hash, as the source linked them.',
    since,
  );
}

function anchored({ log }: SourceStanding): SourceFact {
  if (!log || log.checkpointSize === 0) {
    return fact(
      'anchored',
      'open',
      'No signed checkpoint covers it yet; one is signed each second while the worker runs.',
      null,
    );
  }
  const others = [
    log.witnesses > 0
      ? `cosigned by ${log.witnesses === 1 ? 'one witness' : `${log.witnesses} witnesses`}`
      : 'without witnesses',
    log.stampedAt === null ? 'without a timestamp of others' : 'stamped by an authority',
  ].join(', ');
  if (log.index >= log.checkpointSize) {
    return fact(
      'anchored',
      'open',
      `The newest checkpoint does not cover its newest entry yet (${others}).`,
      log.signedAt,
    );
  }
  return fact(
    'anchored',
    'holds',
    `A signed checkpoint of ${log.checkpointSize} entries covers it, ${others}.`,
    log.signedAt,
  );
}

function complete({ missing, missingSince, silentSince, chained, run, since }: SourceStanding): SourceFact {
  if (missing > 0) {
    const detail = missing === 1 ? 'One event never arrived.' : `${missing} events never arrived.`;
    return fact('complete', 'fails', detail, missingSince);
  }
  if (silentSince !== null) {
    return fact('complete', 'fails', 'Its heartbeats stopped: what it recorded since is unknown.', silentSince);
  }
  if (!chained) {
    return fact('complete', 'open', 'It does not number its events: nobody can tell whether one is missing.', since);
  }
  if (run === null) {
    const detail =
      'No number is missing. It sends no heartbeats, so that nobody can tell whether its newest events are.';
    return fact('complete', 'open', detail, since);
  }
  const upTo = run.heardSequence === null ? '' : `, up to number ${BigInt(run.heardSequence)}`;
  const detail =
    run.ended === 'closed'
      ? `No number is missing${upTo}, and it closed its chain.`
      : `No number is missing${upTo}, and its heartbeats come.`;
  return fact('complete', 'holds', detail, run.heardAt);
}
