import type { Pool } from 'pg';
import type { AuditEvent } from '@/lib/core/event/envelope';
import { ingestMessages } from '@/lib/services/ingest';
import { processObserverKey } from '@/lib/services/observer';
import { enrollObserverKey } from '@/lib/services/observer-key';
import { takeInOwnEvents } from '@/lib/services/own-events';
import { jsonBytes } from './events';

/** Events as they come by HTTP: judged and stored. */
export const takeIn = (events: AuditEvent[]) =>
  ingestMessages(
    events.map((event, at) => ({ bytes: jsonBytes(event), headers: {}, position: BigInt(at), refusal: null })),
    'http',
  );

/** What the worker's job does with what this installation has to say. */
export async function takeInOwn(pool: Pool): Promise<void> {
  const key = processObserverKey();
  await enrollObserverKey(pool, key);
  await takeInOwnEvents({ pool, key, judge: { fingerprintKey: new Uint8Array(32) } as never });
}
