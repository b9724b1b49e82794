import { z } from 'zod';
import { newestWithValues } from '../store/people';
import { openValues } from '../store/sealed-values';
import { personPseudonym } from './change-kinds/erasure';
import { verb } from './verb';

/** Values of one person from the newest events in which some stand. Each look leaves an audit entry; without it no value. */
export const viewPersonValues = verb({
  action: 'subject.values_viewed',
  scope: 'payload:read',
  input: z.object({ subject: personPseudonym }),
  async change(tx, { subject }) {
    const events = await newestWithValues(tx, subject, 20);
    const values = [];
    for (const { id, time } of events) {
      for (const { subject: whose, pointer, n, kind, value } of await openValues(tx, id, time)) {
        if (whose === subject) values.push({ event: id, time, pointer, n, kind, value: JSON.stringify(value) });
      }
    }
    return {
      output: { values, events: events.length },
      target: `subject:${subject}`,
      after: { events: events.length },
    };
  },
});
