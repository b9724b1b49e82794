'use server';
import { runVerb } from '@/lib/auth/action';
import { decideServer } from '@/lib/services/decide-server';

export const decide = async (input: Parameters<typeof decideServer>[1]) => runVerb(decideServer, input);
