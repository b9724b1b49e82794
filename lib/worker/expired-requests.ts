import type { Pool } from 'pg';
import { announce } from '../store/announce';
import { appendAudit } from '../store/audit-log';
import { closeChangeRequest, lockExpired } from '../store/change-requests';
import { transaction } from '../store/transaction';
import type { Job } from './jobs';

/** Closes requests to which not enough people agreed in time. */
export const expiredRequestsJob = (pool: Pool): Job => ({
  name: 'expired-requests',
  everyMs: 60_000,
  alone: true,
  run: () => closeExpiredRequests(pool),
});

export async function closeExpiredRequests(pool: Pool): Promise<void> {
  await transaction(async (tx) => {
    for (const { id, kind } of await lockExpired(tx)) {
      await closeChangeRequest(tx, id, { status: 'expired', by: 'system' });
      await announce(tx, 'change_request', id);
      await appendAudit(tx, {
        actor: 'system',
        role: 'system',
        action: 'change_request.expire',
        target: `change_request:${id}`,
        detail: { before: { status: 'open' }, after: { kind, status: 'expired' } },
      });
    }
  }, pool);
}
