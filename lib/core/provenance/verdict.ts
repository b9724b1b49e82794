/**
 * What a verification comes to, from the best to the worst. `WITNESSED`: the asked policy of witnesses is met. `SIGNED`: the log's own
 * signature covers all. `UNANCHORED`: nothing contradicts, but no signed checkpoint covers some of it. `GAPS`: what is there holds, but
 * some is missing. `DIVERGED`: two signed statements contradict each other: two histories. `INVALID`: something was changed.
 */
export const verdicts = ['WITNESSED', 'SIGNED', 'UNANCHORED', 'GAPS', 'DIVERGED', 'INVALID'] as const;
export type Verdict = (typeof verdicts)[number];

export const worse = (a: Verdict, b: Verdict): Verdict => (verdicts.indexOf(a) >= verdicts.indexOf(b) ? a : b);

/** Exit code of `custody verify` (2 is for input that can't be used at all). `policyAsked`: the reader named witnesses, so that the log's own signature is not enough. */
export function exitCodeOf(verdict: Verdict, policyAsked: boolean): number {
  if (verdict === 'SIGNED') return policyAsked ? 10 : 0;
  return exitCodes[verdict];
}

const exitCodes = { WITNESSED: 0, UNANCHORED: 15, GAPS: 20, DIVERGED: 30, INVALID: 40 } as const;

/** The four questions about evidence. They are answered one by one, because none of them answers another. */
export const factNames = ['authentic', 'untampered', 'anchored', 'complete'] as const;
export type FactName = (typeof factNames)[number];

/** `open`: it can't be told with what is there. That is neither good nor bad. */
export type FactState = 'holds' | 'fails' | 'open';

export interface Fact {
  name: FactName;
  state: FactState;
  /** One line for a person. */
  detail: string;
  /** How the reader can check it without us: one line. */
  check: string;
}

export const factQuestions: Record<FactName, string> = {
  authentic: 'Who said it?',
  untampered: 'Is it as it was recorded?',
  anchored: 'Since when is it fixed, and who saw it?',
  complete: 'Is anything missing?',
};

/** How to check each fact with programs that are not ours. */
export const factChecks: Record<FactName, string> = {
  authentic:
    'Any JOSE library verifies `sig` over the canonical core (RFC 8785) with the public key of `sigkid`; compare that key with its owner’s.',
  untampered:
    'SHA-256 of the canonical content is `event_hash` in the leaf; SHA-256 of 0x00 and the leaf is the hash in the tree.',
  anchored:
    'Any C2SP tlog verifier opens the checkpoint with the log’s verifier key, and follows the inclusion proof to its root.',
  complete:
    'Within a whole range each index of the log stands once; within an epoch each sequence of a source follows the one before.',
};
