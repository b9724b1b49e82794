import type { Pool } from 'pg';
import type { ObserverKey } from '../platform/keys';
import type { JudgeThreadData } from '../services/judge/protocol';
import { enrollObserverKey } from '../services/observer-key';
import { takeInOwnEvents } from '../services/own-events';
import type { Job } from './jobs';

/** Signs what this installation has to say and takes it in, each second; before all else, enrolls the key that signs it. */
export function ownEventsJob(pool: Pool, key: ObserverKey, judge: JudgeThreadData): Job {
  let enrolled = false;
  return {
    name: 'own-events',
    everyMs: 1000,
    alone: true,
    run: async () => {
      if (!enrolled) await enrollObserverKey(pool, key);
      enrolled = true;
      await takeInOwnEvents({ pool, key, judge });
    },
  };
}
