import { isObject } from '../event/json';
import { equalBytes, fromBase64 } from './bytes';
import type { Crypto } from './crypto';
import { verifyRotation } from './key-rotation';
import { isUsableKey } from './receipts/registry';

/**
 * The key registry: what the console's log says of the keys that sources sign with. A key entry is an audit entry whose action begins
 * with `source_key.`; `before.registry` of its detail is how many entries the log had up to and including the key entry before it (0:
 * there was none), so that who holds the newest key entry can tell whether one before it is missing.
 */

export const keyActions = [
  'source_key.enroll',
  'source_key.rotate',
  'source_key.retire',
  'source_key.revoke',
  'source_key.release',
] as const;
export type KeyAction = (typeof keyActions)[number];

export const isKeyAction = (action: unknown): action is KeyAction => keyActions.some((one) => one === action);

/** A key entry: its place in the console's log, and the stored body, parsed. That it is in the log is the caller's to verify. */
export interface RegistryEntry {
  index: number;
  body: unknown;
}

/** What the registry says of a key, over all of its time. */
export interface RegisteredKey {
  kid: string;
  source: string;
  publicKey: Uint8Array;
  /** Index of the entry that added it, when, and who made it. */
  added: { index: number; time: string; by: string };
  /** The key whose place it took, by both keys' signatures. */
  replaces: string | null;
  replacedBy: { kid: string; index: number } | null;
  /** Taken out of force; `compromisedSince`: RFC 3339, of a key that others may have held from then on. */
  revoked: { index: number; time: string; by: string; compromisedSince: string | null } | null;
}

/** How a key stands for an event. Only `valid` and `proved_before_compromise` speak for it. */
export type KeyStanding =
  /** In force at that place of the registry, and not known to be compromised. */
  | 'valid'
  /** Compromised later, but what it signed was there before that by a checkpoint that others dated. */
  | 'proved_before_compromise'
  /** Compromised, and nothing that others dated shows that the event was there before. */
  | 'compromised'
  /** Taken out of force before that place. */
  | 'revoked'
  /** Added only at or after that place. */
  | 'not_added_yet'
  /** Of another source. */
  | 'other_source'
  /** Another public key stands under this kid. */
  | 'other_key'
  | 'unknown';

export interface KeyQuestion {
  kid: string;
  source: string;
  /** `registry` of the event's leaf: entries of the console's log that were known. */
  position: number;
  /** The key that the signature was verified with; left out: the registry's own. */
  publicKey?: Uint8Array;
  /** Earliest time, milliseconds since 1970, at which others vouched for a checkpoint that includes the event; null: none did. */
  provedAt: number | null;
}

export const standingWords: Record<KeyStanding, string> = {
  valid: 'the key was in force',
  proved_before_compromise: 'the key was compromised later; the event was there before, as others dated',
  compromised: 'the key was compromised, and nothing that others dated shows that the event was there before',
  revoked: 'the key was taken out of force before',
  not_added_yet: 'the key was added only afterwards',
  other_source: 'the key may sign for another source only',
  other_key: 'the registry has another key under this id',
  unknown: 'the registry has no such key',
};

export const speaksFor = (standing: KeyStanding): boolean =>
  standing === 'valid' || standing === 'proved_before_compromise';

export class KeyRegistry {
  readonly keys: ReadonlyMap<string, RegisteredKey>;
  /** What is wrong with the entries, in words; such entries count for nothing. */
  readonly problems: readonly string[];
  /** Entries of the console's log up to and including the newest key entry here; 0: there is none. */
  readonly size: number;
  /** Up to which place nothing is missing; equals `size` where the history is whole. */
  readonly wholeTo: number;

  /** `entries` in any order; one that is not a key entry counts as a problem. */
  constructor(crypto: Crypto, entries: readonly RegistryEntry[]) {
    const keys = new Map<string, RegisteredKey>();
    const problems: string[] = [];
    let size = 0;
    let wholeTo = 0;
    for (const { index, body } of [...entries].sort((a, b) => a.index - b.index)) {
      if (index < size) {
        problems.push(`entry ${index}: it is here twice`);
        continue;
      }
      const entry = readEntry(body);
      if (entry === null) {
        problems.push(`entry ${index}: it is no key entry`);
        continue;
      }
      if (entry.before !== size) problems.push(`entry ${index}: a key entry between ${size} and ${index} is missing`);
      else if (wholeTo === size) wholeTo = index + 1;
      size = index + 1;
      const wrong = apply(crypto, keys, index, entry);
      if (wrong !== null) problems.push(`entry ${index}: ${wrong}`);
    }
    this.keys = keys;
    this.problems = problems;
    this.size = size;
    this.wholeTo = wholeTo;
  }

  /** How the key stands for an event, as far as these entries go. */
  standing({ kid, source, position, publicKey, provedAt }: KeyQuestion): KeyStanding {
    const key = this.keys.get(kid);
    if (!key) return 'unknown';
    if (key.source !== source) return 'other_source';
    if (publicKey && !equalBytes(publicKey, key.publicKey)) return 'other_key';
    if (key.added.index >= position) return 'not_added_yet';
    if (key.revoked && key.revoked.index < position) return 'revoked';
    const since = this.compromisedSince(key);
    if (since === null) return 'valid';
    return provedAt !== null && provedAt < since ? 'proved_before_compromise' : 'compromised';
  }

  /**
   * From when on others may have held the key, milliseconds since 1970; null: nobody says so. A key that took the place of one that was
   * compromised by then was put there by whoever held that one.
   */
  private compromisedSince({ revoked, replaces, added }: RegisteredKey): number | null {
    const own = revoked?.compromisedSince ? Date.parse(revoked.compromisedSince) : null;
    const old = replaces === null ? undefined : this.keys.get(replaces);
    const inherited = old ? this.compromisedSince(old) : null;
    if (inherited === null || inherited > Date.parse(added.time)) return own;
    return own === null ? inherited : Math.min(own, inherited);
  }
}

interface Entry {
  action: KeyAction;
  time: string;
  by: string;
  target: string;
  before: number;
  after: Record<string, unknown>;
}

function readEntry(body: unknown): Entry | null {
  if (!isObject(body) || !isObject(body.detail)) return null;
  const { action, time, actor, target, detail } = body;
  const { before, after } = detail;
  if (!isKeyAction(action) || typeof time !== 'string' || typeof actor !== 'string' || typeof target !== 'string')
    return null;
  if (!isObject(before) || !isObject(after) || !Number.isSafeInteger(before.registry)) return null;
  return { action, time, by: actor, target, before: before.registry as number, after };
}

/** Why the entry counts for nothing; null: it counts. */
function apply(crypto: Crypto, keys: Map<string, RegisteredKey>, index: number, entry: Entry): string | null {
  const { action, after, target } = entry;
  const kid = /^source_key:(.+)$/s.exec(target)?.[1];
  const { source } = after;
  if (typeof source !== 'string') return 'it names no source';
  if (action === 'source_key.release') return null;
  if (kid === undefined) return 'it names no key';
  if (action === 'source_key.enroll') return add(keys, kid, index, entry, source, after.public_key, null);
  const key = keys.get(kid);
  if (!key || key.source !== source) return `there was no key ${kid} of its source`;
  if (action === 'source_key.rotate') return rotate(crypto, keys, key, index, entry);
  const since = after.compromised_since ?? null;
  if (since !== null && (typeof since !== 'string' || Number.isNaN(Date.parse(since))))
    return 'compromised_since is no time';
  if (key.revoked === null) {
    key.revoked = { index, time: entry.time, by: entry.by, compromisedSince: since };
    return null;
  }
  // That it was compromised can come out when it is out of force already, or reach further back.
  const known = key.revoked.compromisedSince;
  if (since === null) return `the key ${kid} was out of force already`;
  if (known === null || Date.parse(since) < Date.parse(known)) key.revoked.compromisedSince = since;
  return null;
}

function rotate(
  crypto: Crypto,
  keys: Map<string, RegisteredKey>,
  old: RegisteredKey,
  index: number,
  entry: Entry,
): string | null {
  if (old.revoked) return `the key ${old.kid} was out of force already`;
  if (old.replacedBy) return `the key ${old.kid} was replaced already`;
  const checked = verifyRotation(crypto, entry.after.rotation, old);
  if (!checked.ok) return checked.detail;
  const { newKid, newPublicKey } = checked;
  const wrong = add(keys, newKid, index, entry, old.source, newPublicKey, old.kid);
  if (wrong === null) old.replacedBy = { kid: newKid, index };
  return wrong;
}

function add(
  keys: Map<string, RegisteredKey>,
  kid: string,
  index: number,
  { time, by }: Entry,
  source: string,
  encoded: unknown,
  replaces: string | null,
): string | null {
  const publicKey = typeof encoded === 'string' ? fromBase64(encoded) : null;
  if (publicKey === null || !isUsableKey(publicKey, source)) return 'public_key is no key that its source may have';
  if (keys.has(kid)) return `there is a key ${kid} already`;
  keys.set(kid, { kid, source, publicKey, added: { index, time, by }, replaces, replacedBy: null, revoked: null });
  return null;
}
