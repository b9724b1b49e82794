'use server';
import { z } from 'zod';
import { runAction, runVerb } from '@/lib/auth/action';
import { currentActor } from '@/lib/auth/guard';
import { may } from '@/lib/core/access';
import { fetchProof, fetchProofWithContent } from '@/lib/services/fetch-proof';
import { openValue } from '@/lib/services/open-value';
import { timestamp } from '@/lib/services/timestamp';
import { uuid } from '@/lib/services/uuid';
import { viewPayload } from '@/lib/services/view-payload';
import { countNewer } from '@/lib/store/events-query';
import { readEventQuery } from './query';

const listed = z.object({
  params: z.record(z.string(), z.string().optional()),
  head: z.object({ time: timestamp, id: uuid }).nullable(),
});

/** How many events came after the one at the head of the list, under the same filter. */
export async function countNewEvents(
  params: z.input<typeof listed>['params'],
  head: z.input<typeof listed>['head'],
): Promise<number> {
  const actor = await currentActor();
  const asked = listed.safeParse({ params, head });
  if (!actor || !may(actor.role, 'event:read') || !asked.success) return 0;
  return countNewer(readEventQuery(asked.data.params, new Date()), asked.data.head);
}

/** What the event carried. Each look leaves an audit entry. */
export async function lookAtPayload(id: string) {
  return runVerb(viewPayload, { id });
}

/** What stood where the event has one marker. Each opening leaves an audit entry. */
export const openMarker = async (input: Parameters<typeof openValue>[1]) => runVerb(openValue, input);

/** What proves the event, for the browser to check. */
export async function loadProof(id: string) {
  return runAction((actor) => fetchProof(actor, id));
}

/** The same with its content: a look at the payload, recorded as one. */
export async function loadProofWithContent(id: string) {
  return runAction((actor) => fetchProofWithContent(actor, id));
}
