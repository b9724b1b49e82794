'use server';
import { runVerb } from '@/lib/auth/action';
import { createApiKey } from '@/lib/services/create-api-key';

/** A key for the first sensor: it may send events and enroll the sensor's own key. */
export async function makeFirstKey() {
  return runVerb(createApiKey, { name: 'First sensor', scopes: ['events:write', 'source:enroll'], days: 90 });
}
