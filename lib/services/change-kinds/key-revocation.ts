import { z } from 'zod';
import { announce } from '../../store/announce';
import { revokeSourceKeyRow } from '../../store/source-keys';
import { changeKind, recordExecution } from '../change-kind';
import { notFound } from '../error';

/** Takes a source's key out of force: what it signs from now on becomes a dead letter. */
export const keyRevocation = changeKind({
  payload: z.strictObject({ kid: z.string().min(1).max(128) }),
  scope: 'privacy:decide',
  async check(_, { kid }) {
    return `source_key:${kid}`;
  },
  async execute(tx, { kid }, agreed) {
    const source = await revokeSourceKeyRow(tx, kid);
    if (source === null) throw notFound('source key with this id that is still in force');
    await announce(tx, 'source_key', kid);
    await recordExecution(tx, agreed, { action: 'source_key.revoke', target: `source_key:${kid}`, after: { source } });
    return { kid, source };
  },
});
