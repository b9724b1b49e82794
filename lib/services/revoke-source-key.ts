import { z } from 'zod';
import { announce } from '../store/announce';
import { revokeSourceKeyRow } from '../store/source-keys';
import { notFound } from './error';
import { reasonText, verb } from './verb';

/** Takes a source's key out of force: what it signs from now on becomes a dead letter. */
export const revokeSourceKey = verb({
  action: 'source_key.revoke',
  scope: 'apikey:write',
  input: z.object({ kid: z.string().min(1).max(128), reason: reasonText }),
  async change(tx, { kid, reason }) {
    const source = await revokeSourceKeyRow(tx, kid);
    if (source === null) throw notFound('source key with this id that is still in force');
    await announce(tx, 'source_key', kid);
    return { output: { kid, source }, target: `source_key:${kid}`, after: { source, revoked: true }, reason };
  },
});
