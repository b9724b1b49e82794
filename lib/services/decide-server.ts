import { z } from 'zod';
import { announce } from '../store/announce';
import { decideOnServer, findServerDecision } from '../store/server-changes';
import { callerName } from './caller';
import { changedMeanwhile, notFound } from './error';
import { reasonText, verb } from './verb';

const standing = z.enum(['unlisted', 'approved', 'denied']);

/** Approves or denies a server, or withdraws an earlier decision (`unlisted`). `from` is the standing that the person saw. */
export const decideServer = verb({
  action: 'server.decide',
  scope: 'allowlist:write',
  input: z
    .object({ key: z.string().min(1).max(512), from: standing, to: standing, reason: reasonText })
    .refine((input) => input.from !== input.to, { path: ['to'], message: 'The server stands there already' }),
  async change(tx, { key, from, to, reason }, caller) {
    if (!(await decideOnServer(tx, { key, from, to, reason, by: callerName(caller) }))) {
      const now = await findServerDecision(tx, key);
      throw now ? changedMeanwhile('server', now) : notFound('server with this key');
    }
    await announce(tx, 'server', key);
    return {
      output: { key, decision: to },
      target: `server:${key}`,
      before: { decision: from },
      after: { decision: to },
      reason,
    };
  },
});
