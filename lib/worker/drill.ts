import type { Pool } from 'pg';
import type { LogKey } from '../platform/keys';
import { scheduledDrill } from '../services/run-drill';
import { drillIsDue } from '../store/drills';
import type { Job } from './jobs';

const hour = 3_600_000;

/** Tampers with a copy every so many hours, and keeps whether it was found. `hours` 0: never. Looks each minute whether it is time. */
export const drillJob = (pool: Pool, logKey: LogKey, hours: number): Job => ({
  name: 'drill',
  everyMs: 60_000,
  alone: true,
  run: async () => {
    if (hours > 0 && (await drillIsDue(pool, hours * hour))) await scheduledDrill(pool, logKey.publicKey);
  },
});
