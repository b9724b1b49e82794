import { equalBytes, toHex, utf8 } from './bytes';
import { type Checkpoint, openCheckpoint } from './checkpoint';
import { type ContentFindings, checkContent, type SignatureFinding } from './content';
import type { Crypto } from './crypto';
import { factsOf } from './evidence-facts';
import { hashLeaf, type LeafRecord } from './leaf';
import { verifyConsistency, verifyInclusion } from './merkle';
import { NoteError, type VerifierKey } from './note';
import { type ObserverProof, verifyObserver } from './observer';
import { describeQuorum, type WitnessPolicy } from './policy';
import { SignatureVerifier } from './signature';
import type { Fact, Verdict } from './verdict';
import { countWitnesses, type WitnessCount } from './witness';

/**
 * The verifier of one event's evidence. It believes nothing but the keys it is given: all else is recomputed.
 * What holds: the event was in the log, as it is, when the checkpoint was signed, and the log only grew since the checkpoint before.
 * What no proof shows: that the producer told the truth, or that something unrecorded did not happen.
 */
export interface Evidence {
  /** Canonical JSON of the stored event or audit entry; absent where the reader may not see it. */
  body?: string | undefined;
  leaf: LeafRecord;
  index: number;
  /** Absent where no checkpoint covers the leaf yet. */
  anchor?: {
    checkpoint: string;
    inclusionProof: Uint8Array[];
    /** An older checkpoint of the same log, and the proof that the newer tree begins with its tree. */
    earlier?: { checkpoint: string; consistencyProof: Uint8Array[] } | undefined;
  };
  logKey: VerifierKey;
  /** Whether the reader knows the log key from elsewhere; `stranger`: the reader knows keys, and none of this log. */
  logKeyFrom: 'reader' | 'evidence' | 'stranger';
  /** Key of the producer; absent where none is known for the event's `sigkid`. */
  producerKey?: Uint8Array | undefined;
  /** The observer's signature over the entry's batch; absent where none was made, as for audit entries. */
  observer?: ObserverProof | undefined;
}

export type CheckName =
  | 'body'
  | 'identity'
  | 'data'
  | 'producer_signature'
  /** Custody's own adapter signed the batch that the entry came in. */
  | 'observed'
  | 'inclusion'
  | 'checkpoint_signature'
  | 'consistency'
  /** Two signed roots of one size are one root. */
  | 'one_history'
  | 'witnesses'
  | 'log_key';

/** `open`: this can't be checked with what is there; the detail says why. It is neither good nor bad. */
export interface Check {
  name: CheckName;
  outcome: 'ok' | 'failed' | 'open';
  /** One line for a person. */
  detail: string;
}

export interface Verification {
  verdict: Verdict;
  /** The four facts, each by itself. */
  facts: Fact[];
  checks: Check[];
  /** Who cosigned the checkpoint; null where the reader named no policy, or there is no valid checkpoint. */
  witnesses: WitnessCount | null;
  /** Hash of the leaf as recomputed, hexadecimal. */
  leafHash: string;
  /** The checkpoint that covers it, where its signature holds. */
  checkpoint: Checkpoint | null;
}

/** Checks all there is, in an order that a person can follow. `policy`: the reader's own. Never throws for bad evidence. */
export function verifyEvidence(crypto: Crypto, evidence: Evidence, policy?: WitnessPolicy): Verification {
  const leaf = hashLeaf(crypto.sha256, evidence.leaf);
  const opened = openAnchor(crypto, evidence);
  const { checkpoint } = opened;
  const witnesses =
    checkpoint && policy && evidence.anchor ? countWitnesses(crypto, policy, evidence.anchor.checkpoint) : null;
  const checks = [
    ...bodyChecks(crypto, evidence),
    ...observerChecks(crypto, evidence, leaf),
    inclusionCheck(crypto, evidence, leaf, opened.checkpoint),
    opened.check,
    ...consistencyChecks(crypto, evidence, checkpoint),
    ...(witnesses && policy ? [witnessCheck(witnesses, policy)] : []),
    logKeyCheck(evidence),
  ];
  const verdict = verdictOf(checks);
  return { verdict, facts: factsOf(checks), checks, witnesses, leafHash: toHex(leaf), checkpoint };
}

function observerChecks(crypto: Crypto, { observer, logKey, index }: Evidence, leafHash: Uint8Array): Check[] {
  if (!observer) return [];
  const checked = verifyObserver(crypto, observer, { log: logKey.name, index, leafHash });
  return [
    checked.ok
      ? ok(
          'observed',
          `Signed as observed, with the key ${observer.kid} that came with the evidence, among the ${observer.size} entries of its batch. Of who sent it, that says nothing; whose key it is, the registry of keys says.`,
        )
      : failed('observed', `The observer's signature does not hold: ${checked.detail}.`),
  ];
}

function logKeyCheck({ logKeyFrom, logKey }: Evidence): Check {
  if (logKeyFrom === 'reader') return ok('log_key', 'The log key is the one that you pinned.');
  if (logKeyFrom === 'evidence') {
    return open('log_key', 'The log key came with the evidence. Compare it with one from another way.');
  }
  return failed('log_key', `You named log keys, and none is of ${logKey.name}: whose log this is, nothing shows.`);
}

function verdictOf(checks: Check[]): Verdict {
  const outcome = (name: CheckName) => checks.find((check) => check.name === name)?.outcome;
  if (outcome('one_history') === 'failed') return 'DIVERGED';
  if (checks.some((check) => check.outcome === 'failed' && check.name !== 'log_key')) return 'INVALID';
  if (outcome('inclusion') !== 'ok' || outcome('log_key') === 'failed') return 'UNANCHORED';
  return outcome('witnesses') === 'ok' ? 'WITNESSED' : 'SIGNED';
}

const ok = (name: CheckName, detail: string): Check => ({ name, outcome: 'ok', detail });
const failed = (name: CheckName, detail: string): Check => ({ name, outcome: 'failed', detail });
const open = (name: CheckName, detail: string): Check => ({ name, outcome: 'open', detail });
const decide = (name: CheckName, holds: boolean, good: string, bad: string): Check =>
  holds ? ok(name, good) : failed(name, bad);

function bodyChecks(crypto: Crypto, { body, leaf, producerKey }: Evidence): Check[] {
  if (body === undefined) {
    const why = 'The content was not part of this check.';
    return (['body', 'identity', 'data', 'producer_signature'] as const).map((name) => open(name, why));
  }
  const found = checkContent(crypto, new SignatureVerifier(crypto, 1), utf8(body), leaf, () => producerKey);
  const bodyCheck = decide(
    'body',
    found.hashed,
    'The content has the hash that the log holds.',
    'The content does not have the hash that the log holds: it was changed after it was recorded.',
  );
  if (!found.event) return [bodyCheck, failed('identity', 'The content is not canonical JSON of an event.')];
  const identity = decide(
    'identity',
    found.differs.length === 0,
    'Id, source and sequence are those of the log entry.',
    `The log entry is of another event: ${found.differs.join(', ')} differ.`,
  );
  return [bodyCheck, identity, ...producerChecks(found)];
}

function producerChecks({ data, signature }: ContentFindings): Check[] {
  if (signature.state === 'none') {
    const none = 'The producer did not sign this event: it was observed, not vouched for.';
    return [open('data', none), open('producer_signature', none)];
  }
  const check = signatureCheck(signature);
  return data === 'unsigned' ? [check] : [dataCheck(data), check];
}

const dataCheck = (data: 'as_signed' | 'changed'): Check =>
  data === 'as_signed'
    ? ok('data', 'The data has the hash that the producer signed.')
    : open(
        'data',
        'The data is not what the producer signed: secrets were redacted on the way in. The log holds it as it is shown.',
      );

function signatureCheck(finding: Exclude<SignatureFinding, { state: 'none' }>): Check {
  switch (finding.state) {
    case 'valid':
      return ok('producer_signature', `Signed by the producer with key ${finding.kid}.`);
    case 'not_enrolled':
      return open(
        'producer_signature',
        'The signature holds, but the key was not enrolled for this source when the event came in.',
      );
    case 'unknown_key':
      return open('producer_signature', `No public key is known for ${finding.kid}.`);
    case 'bad':
      return failed('producer_signature', `The producer's signature does not hold: ${finding.detail}.`);
  }
}

function openAnchor(crypto: Crypto, { anchor, logKey }: Evidence): { check: Check; checkpoint: Checkpoint | null } {
  if (!anchor) {
    return {
      check: open('checkpoint_signature', 'No checkpoint covers the entry yet. One is signed each second.'),
      checkpoint: null,
    };
  }
  try {
    const checkpoint = openCheckpoint(crypto, anchor.checkpoint, logKey);
    const detail = `The log ${checkpoint.origin} signed its root at ${checkpoint.size} entries.`;
    return { check: ok('checkpoint_signature', detail), checkpoint };
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    return {
      check: failed('checkpoint_signature', `The checkpoint does not hold: ${error.message}.`),
      checkpoint: null,
    };
  }
}

function inclusionCheck(
  crypto: Crypto,
  { anchor, index }: Evidence,
  leaf: Uint8Array,
  checkpoint: Checkpoint | null,
): Check {
  if (!anchor) return open('inclusion', 'The entry waits for its checkpoint.');
  if (!checkpoint) return open('inclusion', 'There is no valid checkpoint to prove it against.');
  const { size, root } = checkpoint;
  return decide(
    'inclusion',
    verifyInclusion(crypto.sha256, leaf, index, size, anchor.inclusionProof, root),
    `Entry ${index} of ${size} leads to the signed root.`,
    `Entry ${index} of ${size} does not lead to the signed root.`,
  );
}

function witnessCheck({ met, organisations, refused }: WitnessCount, policy: WitnessPolicy): Check {
  const who = organisations.length > 0 ? `Cosigned by ${organisations.join(', ')}` : 'Nobody cosigned it';
  if (refused.length > 0) return failed('witnesses', `The cosignature of ${refused.join(', ')} does not verify.`);
  const asked = `your policy asks for ${describeQuorum(policy)}`;
  return met && policy.quorum ? ok('witnesses', `${who}; ${asked}.`) : open('witnesses', `${who}; ${asked}.`);
}

function consistencyChecks(crypto: Crypto, { anchor, logKey }: Evidence, checkpoint: Checkpoint | null): Check[] {
  if (!anchor?.earlier || !checkpoint) return [];
  const { earlier } = anchor;
  try {
    const old = openCheckpoint(crypto, earlier.checkpoint, logKey);
    if (old.size === checkpoint.size && !equalBytes(old.root, checkpoint.root)) {
      return [failed('one_history', `The log signed two roots at ${old.size} entries: it showed two histories.`)];
    }
    const holds =
      old.size === checkpoint.size ||
      verifyConsistency(crypto.sha256, old.size, old.root, checkpoint.size, checkpoint.root, earlier.consistencyProof);
    return [
      decide(
        'consistency',
        holds,
        `The log only grew since its checkpoint at ${old.size} entries.`,
        `The log is not a continuation of its checkpoint at ${old.size} entries: its history was changed.`,
      ),
    ];
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    return [failed('consistency', `The earlier checkpoint does not hold: ${error.message}.`)];
  }
}
