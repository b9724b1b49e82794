'use server';
import { runAction, runVerb } from '@/lib/auth/action';
import { fetchConsistency } from '@/lib/services/fetch-proof';
import { runDrill } from '@/lib/services/run-drill';

/** Proof that a log only grew between two sizes; null where it can't be had. */
export async function loadConsistency(logId: number, oldSize: number, size: number): Promise<string[] | null> {
  const answer = await runAction((actor) => fetchConsistency(actor, { logId, oldSize, size }));
  return answer.ok ? answer.value : null;
}

export const startDrill = async () => runVerb(runDrill, {});
