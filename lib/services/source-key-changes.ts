import { announce } from '../store/announce';
import { insertSourceKey, markReleased, markReplaced, markRevoked, type SourceKeyRow } from '../store/source-keys';
import type { Tx } from '../store/transaction';
import { ServiceError } from './error';
import { recordOwnEvent } from './own-events';

/**
 * What a change to the keys does beside its entry in the console's log: the row, the own event, the word to the screens. Each is called with
 * that entry's index, under the lock of the registry (lockKeyRegistry), in the transaction that writes the entry.
 */

/** Who made a change, as its own event says it. */
export type ChangedBy = 'person' | 'api_key' | 'system' | 'rotation' | 'unrecorded';

export interface NewKey {
  kid: string;
  publicKey: Uint8Array;
  source: string;
  addedBy: string;
  by: ChangedBy;
  /** What was known of the source before. */
  hadKeys: boolean;
  hadEvents: boolean;
}

export const encodeKey = (publicKey: Uint8Array): string => Buffer.from(publicKey).toString('base64');

/** Throws ServiceError `conflict` where there is a key with this kid. */
export async function keyAdded(tx: Tx, key: NewKey, index: number): Promise<void> {
  await insert(tx, key, index);
  const { kid, source, by } = key;
  await recordOwnEvent(tx, {
    type: 'key.added',
    subject: kid,
    data: {
      key: {
        kid,
        public_key: encodeKey(key.publicKey),
        source,
        entry: index,
        by,
        had_keys: key.hadKeys,
        had_events: key.hadEvents,
      },
    },
  });
}

/** `sameHand`: whoever asks for it added the old key too. */
export async function keyRotated(
  tx: Tx,
  old: SourceKeyRow,
  key: Omit<NewKey, 'hadKeys' | 'hadEvents'>,
  sameHand: boolean,
  index: number,
): Promise<void> {
  await insert(tx, key, index);
  await markReplaced(tx, old.kid, key.kid, index);
  await recordOwnEvent(tx, {
    type: 'key.rotated',
    subject: key.kid,
    data: {
      key: {
        kid: key.kid,
        public_key: encodeKey(key.publicKey),
        source: key.source,
        entry: index,
        by: key.by,
        replaces: old.kid,
        same_hand: sameHand,
      },
    },
  });
}

export async function keyRevoked(
  tx: Tx,
  { kid, source }: SourceKeyRow,
  { by, compromisedSince = null }: { by: ChangedBy; compromisedSince?: Date | null },
  index: number,
): Promise<void> {
  await markRevoked(tx, kid, { index, compromisedSince });
  await announce(tx, 'source_key', kid);
  await recordOwnEvent(tx, {
    type: 'key.revoked',
    subject: kid,
    data: {
      key: {
        kid,
        source,
        entry: index,
        by,
        ...(compromisedSince && { compromised_since: compromisedSince.toISOString() }),
      },
    },
  });
}

/** The source has no key in force, and may send unsigned again. */
export async function sourceReleased(tx: Tx, source: string, index: number): Promise<void> {
  await markReleased(tx, source, index);
  await announce(tx, 'source_key', source);
  await recordOwnEvent(tx, {
    type: 'key.revoked',
    subject: source,
    data: { key: { source, entry: index, by: 'person', released: true } },
  });
}

async function insert(
  tx: Tx,
  { kid, publicKey, source, addedBy }: Pick<NewKey, 'kid' | 'publicKey' | 'source' | 'addedBy'>,
  index: number,
): Promise<void> {
  if (!(await insertSourceKey(tx, { kid, publicKey, source, addedBy, index }))) throw takenKid(kid);
  await announce(tx, 'source_key', kid);
}

export const takenKid = (kid: string): ServiceError =>
  new ServiceError('conflict', `The key id ${kid} is taken or revoked.`, 'Make a new key and enroll that one.');
