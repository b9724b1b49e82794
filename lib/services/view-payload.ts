import { z } from 'zod';
import { readEventBody } from '../store/event-body';
import { notFound } from './error';
import { timestamp } from './timestamp';
import { uuid } from './uuid';
import { verb } from './verb';

/** The stored envelope of one event, requests and results included. Each look leaves an audit entry; without it no body. */
export const viewPayload = verb({
  action: 'event.payload_viewed',
  scope: 'payload:read',
  input: z.object({ id: uuid, time: timestamp.optional() }),
  async change(tx, { id, time }) {
    const event = await readEventBody(tx, id, time);
    if (!event) throw notFound('event with this id');
    return { output: event, target: `event:${event.id}` };
  },
});
