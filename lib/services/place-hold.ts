import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { announce } from '../store/announce';
import { insertHold, lockHolds } from '../store/legal-holds';
import { callerName } from './caller';
import { timestamp } from './timestamp';
import { reasonText, verb } from './verb';

const name = z.string().trim().min(1).max(512);

/**
 * Places a legal hold: what it touches is neither erased nor dropped by retention until two people release it. At least one of person,
 * session, server and time is given; all that are given must fit.
 */
export const placeHold = verb({
  action: 'legal_hold.place',
  scope: 'privacy:decide',
  input: z
    .object({
      subject: name.optional(),
      session: name.optional(),
      server: name.optional(),
      from: timestamp.optional(),
      to: timestamp.optional(),
      reason: reasonText,
    })
    .refine((hold) => hold.subject || hold.session || hold.server || hold.from || hold.to, {
      message: 'Say what is held: a person, a session, a server or a time',
      path: ['subject'],
    })
    .refine((hold) => !hold.from || !hold.to || hold.from < hold.to, {
      message: 'The end must be after the beginning',
      path: ['to'],
    }),
  async change(tx, { reason, ...scope }, caller) {
    const id = randomUUID();
    await lockHolds(tx);
    await insertHold(tx, { id, ...scope, reason, placedBy: callerName(caller) });
    await announce(tx, 'legal_hold', id);
    return { output: { id }, target: `legal_hold:${id}`, after: scope, reason };
  },
});
