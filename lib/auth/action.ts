import { headers } from 'next/headers';
import type { z } from 'zod';
import type { Actor } from '../core/access';
import { logger } from '../platform/log';
import { type ErrorReport, fromAnotherSite, reportOf, ServiceError } from '../services/error';
import type { Verb } from '../services/verb';
import { currentActor } from './guard';

export type ActionResult<T> = { ok: true; value: T } | { ok: false; error: ErrorReport };

/** For server actions: runs a verb for whoever is signed in. Never throws; unknown errors say nothing. */
export async function runVerb<Input extends z.ZodType, Output>(
  verb: Verb<Input, Output>,
  input: z.input<Input>,
): Promise<ActionResult<Output>> {
  return runAction((actor) => verb(actor, input));
}

/** The same for what is more than one verb. */
export async function runAction<T>(work: (actor: Actor) => Promise<T>): Promise<ActionResult<T>> {
  try {
    await checkOrigin();
    const actor = await currentActor();
    if (!actor) throw new ServiceError('unauthenticated', 'You are not signed in any more.', 'Sign in and try again.');
    return { ok: true, value: await work(actor) };
  } catch (error) {
    if (!(error instanceof ServiceError)) logger('action').error({ err: error }, 'action failed');
    return { ok: false, error: reportOf(error) };
  }
}

/** Next compares them too, but lets requests without Origin pass. */
async function checkOrigin(): Promise<void> {
  const sent = await headers();
  const host = sent.get('x-forwarded-host') ?? sent.get('host');
  const origin = sent.get('origin');
  if (origin !== null && URL.canParse(origin) && new URL(origin).host === host) return;
  throw fromAnotherSite();
}
