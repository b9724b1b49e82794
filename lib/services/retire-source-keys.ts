import type { Pool } from 'pg';
import { appendAudit } from '../store/audit-log';
import { lockKeyRegistry, replacedKeys } from '../store/source-keys';
import { transaction } from '../store/transaction';
import { keyRevoked } from './source-key-changes';

/** For how long a key that was replaced stays in force: what it signed may still lie on a sensor's disk, or in Kafka. */
export const graceMs = 24 * 3_600_000;

/** Takes keys out of force whose place another took longer ago. `now`: milliseconds since 1970. Answers how many. */
export const retireReplacedKeys = (pool: Pool, now: number): Promise<number> =>
  transaction(async (tx) => {
    let registry = await lockKeyRegistry(tx);
    const keys = await replacedKeys(tx, new Date(now - graceMs));
    for (const key of keys) {
      const { logIndex } = await appendAudit(tx, {
        actor: 'system',
        role: 'system',
        action: 'source_key.retire',
        target: `source_key:${key.kid}`,
        detail: { before: { registry }, after: { source: key.source, replaced_by: key.replacedBy } },
      });
      await keyRevoked(tx, key, { by: 'rotation' }, logIndex);
      registry = logIndex + 1;
    }
    return keys.length;
  }, pool);
