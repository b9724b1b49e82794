import type { Pool } from 'pg';
import { ownSource } from '../core/event/own';
import { kidOf } from '../core/provenance/kid';
import { sha256 } from '../platform/crypto';
import { KeyError, type ObserverKey } from '../platform/keys';
import { appendAudit } from '../store/audit-log';
import { keysOfSource, lockKeyRegistry } from '../store/source-keys';
import { type Tx, transaction } from '../store/transaction';
import { encodeKey, keyAdded } from './source-key-changes';

/** Enrolls the observer key for this installation's own events, unless it is. Throws KeyError where it was revoked. */
export async function enrollObserverKey(pool: Pool, { publicKey }: ObserverKey): Promise<void> {
  const kid = kidOf(sha256, publicKey);
  await transaction(async (tx) => {
    const registry = await lockKeyRegistry(tx);
    const keys = await keysOfSource(tx, ownSource);
    const known = keys.find((key) => key.kid === kid);
    if (known?.revokedAt === null) return;
    if (known) {
      throw new KeyError(
        'the observer key was revoked: set another as CUSTODY_OBSERVER_KEY, or move keys/observer.pem away and one is made',
      );
    }
    await enrollBySystem(tx, { kid, publicKey, source: ownSource, hadKeys: keys.length > 0 }, registry);
  }, pool);
}

/** Adds a key that nobody asked for. `registry`: as lockKeyRegistry answered. */
export async function enrollBySystem(
  tx: Tx,
  { hadKeys, ...key }: { kid: string; publicKey: Uint8Array; source: string; hadKeys: boolean },
  registry: number,
): Promise<void> {
  const { logIndex } = await appendAudit(tx, {
    actor: 'system',
    role: 'system',
    action: 'source_key.enroll',
    target: `source_key:${key.kid}`,
    detail: { before: { registry }, after: { source: key.source, public_key: encodeKey(key.publicKey) } },
  });
  await keyAdded(tx, { ...key, addedBy: 'system', by: 'system', hadKeys, hadEvents: hadKeys }, logIndex);
}
