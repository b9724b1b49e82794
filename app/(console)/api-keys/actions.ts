'use server';
import { runVerb } from '@/lib/auth/action';
import { createApiKey } from '@/lib/services/create-api-key';
import { revokeApiKey } from '@/lib/services/revoke-api-key';

export const create = async (input: Parameters<typeof createApiKey>[1]) => runVerb(createApiKey, input);
export const revoke = async (input: Parameters<typeof revokeApiKey>[1]) => runVerb(revokeApiKey, input);
