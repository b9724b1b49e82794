import { randomInt } from 'node:crypto';
import type { Pool } from 'pg';
import { z } from 'zod';
import { type DrillResult, missedOf, untouched } from '../core/provenance/drill';
import { announce } from '../store/announce';
import { drillOnCopy } from '../store/drill/drill';
import { insertDrill } from '../store/drills';
import { pool } from '../store/pool';
import { type Tx, transaction } from '../store/transaction';
import { callerName } from './caller';
import { ServiceError } from './error';
import { logPublicKey } from './fetch-proof';
import { recordOwnEvent } from './own-events';
import { verb } from './verb';

/** Numbers that nobody can foresee: what a drill changes must not be known to who would hide from it. */
const pick = (below: number): number => (below > 0 ? randomInt(below) : 0);

/** Keeps what came of a drill, and says so in an event of our own, which is an alert where something was missed. Answers its id. */
async function recordDrill(tx: Tx, result: DrillResult, askedBy: string): Promise<{ id: string; missed: string[] }> {
  const missed = missedOf(result);
  const id = await insertDrill(tx, result, { missed: missed.length, askedBy });
  await recordOwnEvent(tx, {
    type: 'drill.run',
    subject: result.log,
    data: {
      drill: {
        id,
        log: result.log,
        from: result.from,
        size: result.size,
        tried: result.changes.filter(({ kind }) => kind !== untouched).length,
        missed,
        duration_ms: Math.round(result.ms),
      },
    },
  });
  await announce(tx, 'drill', id);
  return { id, missed };
}

/** The drill of the schedule. False: no log is signed yet, and nothing was done. */
export async function scheduledDrill(db: Pool, publicKey: Uint8Array): Promise<boolean> {
  const result = await drillOnCopy(db, { logPublicKey: publicKey, pick });
  if (result === null) return false;
  await transaction((tx) => recordDrill(tx, result, 'system'), db);
  return true;
}

/** A drill that somebody asks for. */
export const runDrill = verb({
  action: 'drill.run',
  scope: 'integrity:drill',
  input: z.strictObject({}),
  async change(tx, _, caller) {
    const result = await drillOnCopy(pool(), { logPublicKey: logPublicKey(), pick });
    if (result === null) {
      throw new ServiceError(
        'conflict',
        'There is nothing to try it on: no log has a signed checkpoint yet.',
        'Send an event, wait a second, and run it again.',
      );
    }
    const { id, missed } = await recordDrill(tx, result, callerName(caller));
    return {
      output: { id, missed, ms: result.ms },
      target: `drill:${id}`,
      after: { log: result.log, from: result.from, size: result.size, missed },
    };
  },
});
