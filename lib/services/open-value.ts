import { z } from 'zod';
import { openedMarker } from '../core/provenance/commitment';
import { hmacSha256 } from '../platform/crypto';
import { readEventBody } from '../store/event-body';
import { openValues } from '../store/sealed-values';
import { notFound, ServiceError } from './error';
import { uuid } from './uuid';
import { verb } from './verb';

/**
 * What stood where an event has one marker, with the key of that commitment alone, so that whoever gets it can check it against the event
 * and open no other. Each opening leaves an audit entry; without it no value.
 */
export const openValue = verb({
  action: 'event.value_opened',
  scope: 'payload:read',
  input: z.object({ id: uuid, pointer: z.string().max(4096), n: z.number().int().min(0) }),
  async change(tx, { id, pointer, n }) {
    const event = await readEventBody(tx, id);
    if (!event) throw notFound('event with this id');
    const opened = (await openValues(tx, id, event.time)).find((one) => one.pointer === pointer && one.n === n);
    if (!opened) throw gone();
    const { value, k, kind } = opened;
    const disclosure = { pointer, n, value, k };
    const marker = openedMarker(hmacSha256, JSON.parse(event.body), disclosure);
    if (marker === null) {
      throw new ServiceError(
        'failed',
        'The kept value does not fit the event.',
        'One of the two was changed: run `custody fsck`.',
      );
    }
    return {
      output: { event: id, body: event.body, marker, disclosure },
      target: `event:${id}`,
      after: { kind, n },
    };
  },
});

const gone = () =>
  new ServiceError(
    'not_found',
    'This value is kept no more.',
    'Whose it was has been erased, or retention took it; the commitment in the event stays.',
  );
