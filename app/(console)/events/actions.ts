'use server';
import { runAction, runVerb } from '@/lib/auth/action';
import { currentActor } from '@/lib/auth/guard';
import { may } from '@/lib/core/access';
import { fetchProof, fetchProofWithContent } from '@/lib/services/fetch-proof';
import { viewPayload } from '@/lib/services/view-payload';
import { countNewer } from '@/lib/store/events-query';
import { type EventParams, readEventQuery } from './query';

/** How many events came after the one at the head of the list, under the same filter. */
export async function countNewEvents(params: EventParams, head: { time: string; id: string } | null): Promise<number> {
  const actor = await currentActor();
  if (!actor || !may(actor.role, 'event:read')) return 0;
  return countNewer(readEventQuery(params, new Date()), head);
}

/** What the event carried. Each look leaves an audit entry. */
export async function lookAtPayload(id: string) {
  return runVerb(viewPayload, { id });
}

/** What proves the event, for the browser to check. */
export async function loadProof(id: string) {
  return runAction((actor) => fetchProof(actor, String(id)));
}

/** The same with its content: a look at the payload, recorded as one. */
export async function loadProofWithContent(id: string) {
  return runAction((actor) => fetchProofWithContent(actor, String(id)));
}
