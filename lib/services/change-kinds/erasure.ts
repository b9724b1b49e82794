import { z } from 'zod';
import { type ErasureBasis, erasureBases } from '../../core/change-request';
import { announce } from '../../store/announce';
import { eraseSubject } from '../../store/erase-subject';
import { holdsOnSubject, lockHolds } from '../../store/legal-holds';
import { findPerson } from '../../store/people';
import type { Tx } from '../../store/transaction';
import { changeKind, recordExecution } from '../change-kind';
import { notFound, ServiceError } from '../error';
import { recordOwnEvent } from '../own-events';

/** Of a person, as it stands everywhere for them. */
export const personPseudonym = z.string().regex(/^person:[0-9a-z]{26}$/, 'Not the pseudonym of a person');

/** Erases a person: their key, their values, and what leads from their pseudonym to them. Everything else only names the pseudonym. */
export const erasure = changeKind({
  payload: z.strictObject({
    subject: personPseudonym,
    basis: z.enum(Object.keys(erasureBases) as [ErasureBasis, ...ErasureBasis[]]),
  }),
  scope: 'privacy:decide',
  async check(tx, { subject }) {
    const person = await findPerson(tx, subject);
    if (!person) throw notFound('person with this pseudonym');
    if (person.erasedAt) throw new ServiceError('conflict', 'This person is erased already.', 'Nothing is left to do.');
    await refuseHeld(tx, subject);
    return `subject:${subject}`;
  },
  async execute(tx, { subject, basis }, agreed) {
    const gone = await eraseSubject(tx, subject);
    if (!gone) throw notFound('person with this pseudonym who is not erased');
    const { events, sightings, deadLetters } = gone;
    const { logIndex } = await recordExecution(tx, agreed, {
      action: 'subject.erase',
      target: `subject:${subject}`,
      after: { basis, events, sightings, deadLetters },
    });
    await recordOwnEvent(tx, {
      type: 'erasure',
      subject,
      data: {
        erasure: {
          subject,
          basis,
          scope: ['key', 'lookup', 'identity', 'sealed_values', 'secret_sightings', 'dead_letters'],
          sealed_values: events,
          sightings,
          dead_letters: deadLetters,
          agreed: agreed.by.length,
          entry: logIndex,
        },
      },
    });
    await announce(tx, 'subject', subject);
    return { subject, events, sightings, deadLetters };
  },
});

async function refuseHeld(tx: Tx, subject: string): Promise<void> {
  await lockHolds(tx);
  const holds = await holdsOnSubject(tx, subject);
  if (holds.length === 0) return;
  throw new ServiceError(
    'conflict',
    `${holds.length === 1 ? 'A legal hold forbids' : `${holds.length} legal holds forbid`} it.`,
    'Two people must release what holds it first, under Legal holds.',
  );
}
