import type { Pool } from 'pg';
import { ownSource } from '../core/event/own';
import { kidOf } from '../core/provenance/kid';
import { sha256 } from '../platform/crypto';
import { KeyError, type ObserverKey } from '../platform/keys';
import { announce } from '../store/announce';
import { appendAudit } from '../store/audit-log';
import { insertSourceKey, lockSourceKeys } from '../store/source-keys';
import { type Tx, transaction } from '../store/transaction';
import { recordOwnEvent } from './own-events';

/** Enrolls the observer key for this installation's own events, unless it is. Throws KeyError where it was revoked. */
export async function enrollObserverKey(pool: Pool, { publicKey }: ObserverKey): Promise<void> {
  const kid = kidOf(sha256, publicKey);
  await transaction(async (tx: Tx) => {
    const keys = await lockSourceKeys(tx, ownSource);
    const known = keys.find((key) => key.kid === kid);
    if (known?.revokedAt === null) return;
    if (known) {
      throw new KeyError(
        'the observer key was revoked: set another as CUSTODY_OBSERVER_KEY, or move keys/observer.pem away and one is made',
      );
    }
    await insertSourceKey(tx, { kid, publicKey, source: ownSource, addedBy: 'system' });
    const encoded = Buffer.from(publicKey).toString('base64');
    await announce(tx, 'source_key', kid);
    const { logIndex } = await appendAudit(tx, {
      actor: 'system',
      role: 'system',
      action: 'source_key.enroll',
      target: `source_key:${kid}`,
      detail: { after: { source: ownSource, public_key: encoded } },
    });
    await recordOwnEvent(tx, {
      type: 'key.added',
      subject: kid,
      data: {
        key: {
          kid,
          public_key: encoded,
          source: ownSource,
          entry: logIndex,
          by: 'system',
          had_keys: keys.length > 0,
          had_events: keys.length > 0,
        },
      },
    });
  }, pool);
}
