import { z } from 'zod';
import { readDeadLetter } from '../store/dead-letter-changes';
import { notFound } from './error';
import { uuid } from './uuid';
import { verb } from './verb';

/** A dead letter's bytes as they came in: never redacted, so each look leaves an audit entry. */
export const viewDeadLetter = verb({
  action: 'dead_letter.bytes_viewed',
  scope: 'payload:read',
  input: z.object({ id: uuid }),
  async change(tx, { id }) {
    const letter = await readDeadLetter(tx, id);
    if (!letter) throw notFound('dead letter with this id');
    return { output: letter, target: `dead_letter:${id}` };
  },
});
